"""The register: which sites there are, what each registered, and which of them a campaign visits."""
