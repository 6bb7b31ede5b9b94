"""Where bytes come from: the catalogue, the download and the synthetic province."""
