"""The runtime on the clinic's laptop: read an image, score it, keep the worklist."""
