"""The closed lists of the services register: kinds of service, ways to draw a reach, and how each is said."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """One word of a closed list: how it is shown, and a plain sentence on what it means."""

    name: str
    sentence: str


KINDS = {
    "visitors_centre": Word(
        "Visitors' centre", "Somewhere at the prison to wait, to ask and to be helped, before and after a visit."
    ),
    "play": Word("Play for children", "Play for children while they wait or visit."),
    "family_visits": Word("Family days and visits", "Days and visits made for children and families."),
    "family_link_worker": Word(
        "Family link worker", "A worker inside the prison who keeps prisoners and their families in touch."
    ),
    "family_contact_officer": Word(
        "Family contact officer", "An officer of the prison whose task is contact with families."
    ),
    "family_support": Word(
        "Family support", "Staff who advise and support families of prisoners, at the prison or near home."
    ),
    "first_contact": Word("First contact", "Every family is spoken to soon after somebody goes to prison."),
    "first_night": Word("First night", "A centre or a worker for the first night and days in custody."),
    "court_service": Word("Court service", "Somebody at the court who sees the families of those sent to prison."),
    "helpline": Word("Helpline", "Help by telephone or e-mail, wherever one lives."),
    "transport": Word("Transport", "Journeys to prisons arranged for families."),
    "visits_escort": Word("Visits escort", "Somebody who takes children to their visits."),
    "visit_costs": Word("Help with visit costs", "Money towards the cost of visits."),
    "childcare": Word("Childcare", "Care for children so that somebody can visit."),
    "direct_support": Word("Direct support to children", "Work with the children of prisoners themselves."),
    "school_link": Word("School link", "A named link between schools and a prison."),
    "information": Word("Information", "Packs and fact sheets on visits, journeys and prison life."),
    "resettlement": Word("Links before release", "Work that joins prison, family and community around release."),
    "case_forum": Word("Case forum", "Local bodies meet to talk about children of prisoners they know of."),
    "training": Word("Training", "Training of local staff about the children of prisoners."),
    "volunteers": Word("Volunteers", "Volunteers who help in a centre that another body runs."),
    "other": Word("Other", "Named by a source that does not say what it does for families."),
}
"""Every kind of service, in the order of a list."""

ANY_KIND = "any"
"""The kind of a stated gap: there was no service of any kind."""

REACHES = {
    "prison": Word("a prison", "The families of the people held at its prisons, wherever they live."),
    "prisons_unnamed": Word("prisons not named", "The same, at prisons of an area that the source does not name."),
    "place": Word("around a place", "Those who come to the place; the source sets no limit."),
    "minutes": Word("minutes", "Those who live within so many minutes, by car or by public transport."),
    "radius": Word("a radius", "Those who live within so many miles as the crow flies."),
    "area": Word("an area", "Those who live in the areas."),
    "national": Word("national", "Everybody in the nations, whatever the distance."),
}
"""How the reach of a service is drawn: whom it is for."""

PLACES = ("prison", "court", "town", "area", "nation")
"""Where a service is."""

MODES = ("car", "transit")
"""Ways of travelling that a reach in minutes may be for."""

FORMER_MODES = {"public": "transit"}
"""Words that registers and scenarios written for earlier versions have for them; they are read as the others."""

STANDINGS = {
    "running": "A service.",
    "planned": "A service being set up when the source was written.",
    "gap": "An area of which the source says that it has no service.",
    "excluded": "Found in the evidence, but no service for families.",
}
"""What a row of the register is."""

UNITS = ("children", "families", "places", "staff", "workers", "visitors a year")
"""What a capacity counts."""

GRADES = {
    "guide": "the guide of 2008, in our words",
    "page": "a page with its address",
    "site": "a page of which only site and date were kept",
    "unsourced": "general knowledge, unverified",
    "own": "your own register",
}
"""What a statement rests on."""
