"""Every query, scoped to a person: what is out of somebody's scope does not exist for them."""
