"""The review screens, a front end over `lightbox_edge`."""
