"""Bundle in, bundle out: INT8, calibrated and measured."""
