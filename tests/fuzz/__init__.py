"""Fuzzing: every parser of ours that eats foreign bytes, fed with broken ones; the results: docs/fuzzing.md.

``python -m tests.fuzz --target dicom --count 50000 --seed 7`` mutates real and made files by their structure
and reads each in a worker process with limits; ``--guided`` lets coverage choose the inputs where the parser
is Python alone. That needs atheris (``pip install atheris==3.0.0``), which nothing else here does.
"""
