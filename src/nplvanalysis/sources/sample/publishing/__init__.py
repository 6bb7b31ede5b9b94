"""The files of the synthetic country, each in the format of the publisher it imitates."""
