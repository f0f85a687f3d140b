"""From films with lungs drawn on them to a small network that finds the lungs, in a bundle."""
