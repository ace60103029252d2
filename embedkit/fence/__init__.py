"""What stands around a replayed sheet: these modules run in the kernel, beside the answers."""
