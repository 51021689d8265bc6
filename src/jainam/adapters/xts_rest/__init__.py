"""XTS over HTTP: the one importer of httpx, behind the broker port (`broker`), registered by `plugin`."""
