"""The cluster: read from the admin's file or discovered, checked, compared; who may use which virtual cluster."""
