"""Builds the standard images on this machine, with no registry in reach: `pai image build`.

build      one image and those it stands on: have it, pull it, or build it
recipes    the folders of images/: their tags, their bases, their labels
bootstrap  a Debian out of Debian's packages, for the lowest image
wheels     Python packages, downloaded here by this machine's own pip
context    what the engine gets to build from, as a stream
engine     the build itself, by the engine's classic builder
"""
