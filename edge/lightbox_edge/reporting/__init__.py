"""Reports of a worklist, of a session or of a patient, as CSV, JSON, HTML or PDF; see docs/report.md.

`Reports` makes frozen records (`records`) of what stands; each format is written from them by one module.
"""
