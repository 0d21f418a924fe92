"""Other names of areas: Welsh, Gaelic, short, former and popular ones, by the ONS code of the area they mean.

Spelling needs no row here: case, accents, ``&``, hyphens, ``St``, ``upon`` and words such as *City of* or *council* are
read alike by ``nearhome.data.places.areas``. Neither do the names of the tables themselves.
"""

from __future__ import annotations

SOURCE = (
    "Welsh and Gaelic names: the names of the councils, general knowledge; former and popular names and short forms: "
    "general knowledge. None changes a figure: each only says which row of the authorities table is meant."
)

KINGDOM = "K02000001"
"""ONS code of the United Kingdom."""

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    KINGDOM: ("all", "UK", "United Kingdom", "the whole country"),
    "E92000001": ("ENG", "Lloegr"),
    "W92000004": ("Cymru", "WAL"),
    "S92000003": ("Alba", "SCO"),
    "N92000002": ("NI", "NIR"),
    "E12000001": ("NE",),
    "E12000002": ("NW",),
    "E12000003": ("YH", "Yorkshire and Humber", "Yorkshire and Humberside", "Yorkshire and The Humber"),
    "E12000004": ("EM",),
    "E12000005": ("WM",),
    "E12000006": ("EE", "East England", "Eastern England"),
    "E12000007": ("LDN", "Greater London"),
    "E12000008": ("SE",),
    "E12000009": ("SW",),
    # Police forces.
    "E23000001": ("Met", "The Met", "Metropolitan", "Met Police"),
    "W15000001": ("Gogledd Cymru",),
    "W15000003": ("De Cymru",),
    # Local authorities of England.
    "E06000010": ("Hull",),
    "E06000047": ("Durham",),
    "E06000043": ("Brighton",),
    "E06000033": ("Southend",),
    "E06000046": ("IoW",),
    "E06000050": ("Cheshire West",),
    "E06000051": ("Salop",),
    "E06000053": ("Scilly", "Scilly Isles"),
    "E06000058": ("BCP",),
    "E07000112": ("Shepway",),
    # Wales.
    "W06000001": ("Ynys Môn", "Anglesey", "Sir Fôn"),
    "W06000003": ("Conway",),
    "W06000004": ("Sir Ddinbych",),
    "W06000005": ("Sir y Fflint",),
    "W06000006": ("Wrecsam",),
    "W06000008": ("Cardiganshire",),
    "W06000009": ("Sir Benfro",),
    "W06000010": ("Sir Gâr", "Sir Gaerfyrddin"),
    "W06000011": ("Abertawe",),
    "W06000012": ("Castell-nedd Port Talbot",),
    "W06000013": ("Pen-y-bont ar Ogwr",),
    "W06000014": ("Bro Morgannwg",),
    "W06000015": ("Caerdydd",),
    "W06000016": ("Rhondda Cynon Taff", "RCT"),
    "W06000018": ("Caerffili",),
    "W06000020": ("Tor-faen",),
    "W06000021": ("Sir Fynwy",),
    "W06000022": ("Casnewydd",),
    "W06000024": ("Merthyr Tudful", "Merthyr"),
    # Scotland.
    "S12000013": (
        "Western Isles",
        "Outer Hebrides",
        "Eilean Siar",
        "Comhairle nan Eilean Siar",
        "Na h-Eileanan an Iar",
    ),
    "S12000017": ("Highlands", "Scottish Highlands"),
    "S12000023": ("Orkney",),
    "S12000026": ("Borders",),
    "S12000027": ("Shetland",),
    # Northern Ireland.
    "N09000005": ("Derry", "Londonderry"),
    "N09000011": ("North Down and Ards",),
}
"""Other names by ONS code; a name of several areas with different borders stands with none of them."""
