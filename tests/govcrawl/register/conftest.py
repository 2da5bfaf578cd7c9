from datetime import date

import pytest

from govcrawl.contracts import Campaign, Issuer

PROVINCE = Issuer("云南省人民政府办公厅", "530000", order=("省直", "昆明", "昭通"))


@pytest.fixture
def campaign(tmp_path):
    """Makes the campaign of a province over the given text of sites.csv (and columns.csv)."""

    def make(sites: str | bytes, columns: str = "", issuer: Issuer = PROVINCE) -> Campaign:
        file = tmp_path / "sites.csv"
        file.write_bytes(sites if isinstance(sites, bytes) else sites.encode())
        listed = tmp_path / "columns.csv"
        listed.write_text(columns, encoding="utf-8")
        return Campaign(
            id="yn-2018q2",
            title="2018年二季度全省政府网站普查",
            standard="2015",
            starts=date(2018, 4, 1),
            ends=date(2018, 6, 15),
            issuer=issuer,
            sites_file=str(file),
            columns_file=str(listed) if columns else "",
        )

    return make
