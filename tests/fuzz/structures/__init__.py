"""Changes that know how a kind of file is built, so that they get past its first check."""
