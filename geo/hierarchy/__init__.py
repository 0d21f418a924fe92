"""The customisable contraction hierarchy: order, elimination, kernels."""
