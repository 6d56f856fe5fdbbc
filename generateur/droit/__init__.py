"""Le droit daté : tables sourcées, et refus au-delà de leur horizon."""
