"""Train, export to ONNX, write a bundle: the workstation side."""
