"""A notebook of a format that is not known yet."""

SAYS = "damaged notebook, or one of a newer format"


def make(sheet, path):
    path.write_bytes(b'{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}')
    return path
