"""The kit in a clinic: verified, installed on a disk and updated so that a cut leaves one that runs."""

from lightbox_edge.kit.installing import install, rollback, update
from lightbox_edge.kit.placing import Installed
from lightbox_edge.kit.record import KitRecord
from lightbox_edge.kit.sealing import next_version, seal_kit
from lightbox_edge.kit.verifying import Checked, check

__all__ = [
    "Checked",
    "Installed",
    "KitRecord",
    "check",
    "install",
    "next_version",
    "rollback",
    "seal_kit",
    "update",
]
