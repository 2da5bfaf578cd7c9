"""A site spider with a defect, as a test needs one: it raises on certain pages, answered or not."""

from govcrawl.contracts import Lease, Page, Result
from govcrawl.spiders.site import SiteSpider as _SiteSpider


class BrokenSpider(_SiteSpider):
    name = "broken"

    def read(self, lease: Lease, page: Page) -> Result:
        if "poison" in page.url:
            raise ValueError("a defect of ours")
        return super().read(lease, page)
