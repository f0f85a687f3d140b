"""What a region says in words, for an overlay and for a terminal."""

from __future__ import annotations

from lightbox_edge.regions.records import Region

_NAMES = {"lung_left": "left lung", "lung_right": "right lung", "box": "your box", "point": "your point"}
_NEARER = "measured at the detector or on the film, so larger than in the patient"


def caption(region: Region) -> list[str]:
    """Sentences, the most important first; the last says what the picture is not."""
    name = _NAMES.get(region.target, region.target)
    return [f"{name}: {summary(region)}", "Drawn by Lightbox. No diagnosis: a person decides."]


def summary(region: Region) -> str:
    """What was measured, or why there is no region."""
    told = region.measurements
    parts: list[str] = ["by an unsigned bundle"] if told.get("bundle") == "unsigned" else []
    if "probability" in told:
        flagged = "flagged" if told["flagged"] else "not flagged"
        parts.append(f"{flagged}, probability {told['probability']:.2f} (threshold {told['threshold']:.2f})")
        if not told["validated"]:
            parts.append("never validated")
    if "cardiothoracic_ratio" in told:
        parts.append(f"cardiothoracic ratio {told['cardiothoracic_ratio']:.2f}{_millimetres(region)}")
        if told.get("view") == "AP":
            parts.append("a film taken from the front (AP) enlarges the heart")
    if "share_of_lungs" in told:
        parts.append(f"{told['share_of_lungs']:.0%} of both lungs' area")
    if "area_cm2" in told and "heart_mm" not in told:
        parts.append(f"area {told['area_cm2']} cm2 ({_by(region)})")
    if region.predicted_iou is not None and region.mask is not None:
        parts.append(f"the segmenter expects an overlap of {region.predicted_iou:.2f}")
    if region.reason:
        parts.append(f"no region. {region.reason}")
    return "; ".join(parts) or "outlined"


def _millimetres(region: Region) -> str:
    told = region.measurements
    if "heart_mm" not in told:
        return ", no millimetres: the film does not say how far its pixels are apart"
    return f", heart {told['heart_mm']:.0f} mm, thorax {told['thorax_mm']:.0f} mm ({_by(region)})"


def _by(region: Region) -> str:
    keyword = region.measurements.get("millimetres_by")
    return str(keyword) if keyword == "PixelSpacing" else f"{keyword}, {_NEARER}"
