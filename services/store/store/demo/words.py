"""The words from which invented books are made, by language; patterns name a list in {braces}."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of book: where it stands, and how its title and description go."""

    category: str
    titles: tuple[str, ...]
    descriptions: tuple[str, ...]
    subtitles: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # further categories that suit it
    in_series: bool = False


def _list(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(","))


LANGUAGES = {"en": 70, "de": 12, "fr": 10, "es": 8}
INVENTED = {
    "en": "An invented book, made up for the demo.",
    "de": "Ein erfundenes Buch, ausgedacht für die Vorführung.",
    "fr": "Un livre inventé, imaginé pour la démonstration.",
    "es": "Un libro inventado, imaginado para la demostración.",
}
HOUSES = _list(
    "Paper Lantern (demo), Quiet Harbour (demo), Third Shelf (demo), Blotting House (demo), Margin & Daughters (demo), "
    "Lamplight Row (demo), The Unlikely Press (demo), Half Title (demo), Colophon Lane (demo), Two Thimbles (demo)"
)
GIVEN_STARTS = _list(
    "Al, Bren, Cor, Dar, El, Fen, Gil, Hal, Is, Jor, Kel, Lin, Mar, Nel, Or, Per, Quil, Ros, Sel, Tam, Ul, Ver"
)
GIVEN_ENDS = _list("a, an, ara, dis, en, eth, ia, ida, in, iel, is, ity, low, mund, na, o, ora, ric, sa, ta, win, wyn")
FAMILY_STARTS = _list(
    "Amber, Birch, Cald, Dun, Ember, Fal, Gren, Hollow, Ink, Jas, Kest, Lark, Mor, Nether, Oster, Pell, Quarrel, Rook, Sorrel, Thistle, Umber, Vell, Wick, Yarrow"
)
FAMILY_MIDDLES = _list("a, ber, da, en, er, in, ing, le, li, o, s, ten")
FAMILY_ENDS = _list(
    "beck, bourne, by, cott, dale, fast, field, ford, gate, grove, ham, hurst, ley, mere, more, quist, ridge, sande, stane, thorpe, ton, vane, wall, worth"
)
_PLACES = _list(
    "Amberwick, Brindle Quay, Carrow Sound, Dunmarrow, Eskerby, Fennhollow, Garrowmere, Harl Island, Ivenstone, Jarrabeck, Kelderholm, Lannoch Ferry, Marrowfield, Nethercombe, Orlestad, Pellworth, Quillhaven, Rookhampton, Saltmarrow, Tarn Vale, Underwold, Velmouth, Wexcombe, Yarrowgate"
)

LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "place": _PLACES,
        "thing": _list(
            "lantern, ferry, orchard, clock, bridge, attic, letter, compass, violin, kettle, map, garden, lighthouse, tide, ledger, mirror, staircase, harvest, telescope, quarry, parasol, window, carousel, inkwell"
        ),
        "things": _list(
            "lanterns, swallows, rivers, orchards, letters, bells, shadows, foxes, maps, winters, bridges, clocks, feathers, gardens, stones, windows, tides, moths, candles, herons"
        ),
        "others": _list(
            "ashes, thimbles, harbours, pears, ladders, owls, snow, buttons, ferries, meadows, salt, doors"
        ),
        "person": _list(
            "beekeeper, clockmaker, cartographer, ferryman, translator, botanist, lighthouse keeper, bookbinder, glassblower, schoolteacher, surgeon, organist, gardener, engineer, widow, postmistress, astronomer, piano tuner"
        ),
        "quality": _list(
            "quiet, borrowed, crooked, distant, forgotten, golden, hidden, long, narrow, patient, salt, silver, sleeping, unfinished, wandering, winter"
        ),
        "season": _list("spring, summer, autumn, winter, Lent, Michaelmas, the first snow, the long holidays"),
        "topic": _list(
            "moss, salt, handwriting, bridges, bees, windmills, tea, shipwrecks, glass, postage, gardens, lighthouses, weather, maps, paper, bread, bells, apples, rope, libraries"
        ),
        "craft": _list(
            "mending, baking, bookbinding, beekeeping, sketching, sailing, weaving, growing pears, winter gardening, keeping a diary, whittling, preserving"
        ),
        "science": _list(
            "probability, tides, fungi, lichens, comets, crystals, knots, soil, birdsong, glaciers, colour, sound"
        ),
    },
    "de": {
        "place": _PLACES,
        "subject": _list(
            "der Garten, das Haus, der Winter, die Laterne, der Brief, das Schweigen, die Fähre, der Uhrmacher, die Brücke, der Sommer, das Zimmer, die Gärtnerin, der Kartograph, die Reise, der Spiegel, das Archiv"
        ),
        "rest": _list(
            "am Fluss, hinter dem Deich, im Nebel, ohne Wiederkehr, unter den Linden, vor der Stadt, aus Glas, des Nachbarn, der Schwestern, mit sieben Türen, im Regen, des Apothekers"
        ),
        "topic": _list(
            "des Salzes, der Brücken, der Handschrift, des Brotes, der Leuchttürme, der Bienen, des Papiers, der Gärten"
        ),
    },
    "fr": {
        "place": _PLACES,
        "subject": _list(
            "le jardin, la maison, l’hiver, la lanterne, la lettre, le silence, le passeur, l’horloger, le pont, l’été, la chambre, la jardinière, le cartographe, le voyage, le miroir, la bibliothèque"
        ),
        "rest": _list(
            "au bord du fleuve, derrière la digue, dans la brume, sans retour, sous les tilleuls, aux portes de la ville, de verre, du voisin, des sœurs, aux sept portes, sous la pluie, de l’apothicaire"
        ),
        "topic": _list("du sel, des ponts, de l’écriture, du pain, des phares, des abeilles, du papier, des jardins"),
    },
    "es": {
        "place": _PLACES,
        "subject": _list(
            "el jardín, la casa, el invierno, la linterna, la carta, el silencio, el barquero, el relojero, el puente, el verano, la habitación, la jardinera, el cartógrafo, el viaje, el espejo, la biblioteca"
        ),
        "rest": _list(
            "junto al río, detrás del dique, en la niebla, sin regreso, bajo los tilos, a las puertas de la ciudad, de cristal, del vecino, de las hermanas, de las siete puertas, bajo la lluvia, del boticario"
        ),
        "topic": _list(
            "de la sal, de los puentes, de la escritura, del pan, de los faros, de las abejas, del papel, de los jardines"
        ),
    },
}

SERIES = {
    "en": (
        "The {place} Chronicles",
        "{place} Mysteries",
        "The {quality} {thing} Books",
        "Tales of {place}",
        "The {person} of {place}",
    ),
    "de": ("Die Chronik von {place}", "Geschichten aus {place}"),
    "fr": ("Les chroniques de {place}", "Histoires de {place}"),
    "es": ("Crónicas de {place}", "Historias de {place}"),
}
_STORY = (
    "The {quality} {thing} of {place}",
    "The {person}’s {thing}",
    "{quality} {things}",
    "A {thing} for the {person}",
    "Beyond {place}",
    "The {person} of {place}",
    "The {thing} and the {person}",
    "{things} over {place}",
)
_STORY_TOLD = (
    "A {person} comes back to {place} and finds the {thing} gone.",
    "One {quality} year in {place}, as a {person} remembers it.",
    "Two families in {place} have not spoken since the affair of the {thing}; then a {person} arrives.",
    "A {person}, a {thing}, and what both of them kept from {place}.",
)

KINDS: dict[str, tuple[Kind, ...]] = {
    "en": (
        Kind(
            "Fiction / Society",
            _STORY,
            _STORY_TOLD,
            also=("Fiction / Inner life", "Fiction / Growing up"),
            in_series=True,
        ),
        Kind(
            "Fiction / Historical", _STORY, _STORY_TOLD, also=("Fiction / Adventure", "Fiction / War"), in_series=True
        ),
        Kind(
            "Fiction / Love and marriage",
            ("A {season} in {place}", "The {person} and the {thing}", "Letters from {place}", "The {quality} {person}"),
            _STORY_TOLD,
            also=("Fiction / Society",),
        ),
        Kind(
            "Fiction / Fantasy",
            (
                "The {quality} {thing}",
                "A Crown of {things}",
                "The {person} and the {quality} {things}",
                "The Gate at {place}",
            ),
            (
                "In {place} a {thing} has begun to speak, and only a {person} listens.",
                "The {quality} {things} return to {place}, earlier than foretold.",
            ),
            also=("Fiction / Adventure",),
            in_series=True,
        ),
        Kind(
            "Fiction / Science fiction",
            ("The {place} Signal", "{things} of a {quality} sun", "The {quality} Orbit", "The Last {person}"),
            (
                "The colony at {place} has one {thing} left, and a {person} who knows how it works.",
                "A {person} wakes on a ship named after {place}, several years too early.",
            ),
            in_series=True,
        ),
        Kind(
            "Crime / Detectives and thieves",
            ("Murder at {place}", "The {person}’s Alibi", "The Case of the {quality} {thing}", "Death of a {person}"),
            (
                "The {person} of {place} is found beside the {thing}, and everybody has an explanation.",
                "A retired {person} notices a {thing} where no {thing} should be.",
            ),
            also=("Crime / Mystery and intrigue",),
            in_series=True,
        ),
        Kind(
            "Poetry / Lyric",
            ("{things} and {others}", "Songs from {place}", "{quality} {things}", "Forty Poems about {things}"),
            (
                "Poems written in {place} over one {quality} year.",
                "Short poems about {things}, and a long one about a {thing}.",
            ),
        ),
        Kind(
            "Drama / Plays",
            ("The {person} and the {thing}", "An Evening in {place}", "The {quality} {thing}"),
            ("Three acts, one room in {place}, and a {thing} that nobody will carry away.",),
        ),
        Kind(
            "History / Modern",
            ("A Short History of {topic}", "{place}: The Life of a Town", "How {topic} Came to {place}"),
            (
                "What {topic} did to {place}, from account books and letters.",
                "The author follows {topic} through three centuries.",
            ),
            ("From the beginnings to the railway", "A study in accounts and letters"),
            ("Travel / Journeys",),
        ),
        Kind(
            "Science / Natural history",
            (
                "The Secret Life of {topic}",
                "A Field Guide to the {things} of {place}",
                "{science}, Patiently Explained",
            ),
            ("What there is to see, for readers with time and a notebook.",),
            ("With ninety drawings", "For beginners and those who begin again"),
            ("Home / Cookery and table",),
        ),
        Kind(
            "Lives / Memoirs",
            ("My Years as a {person}", "A {person} in {place}", "Remembering {place}"),
            ("A {person} looks back on {place} without hurry and without flattery.",),
            ("A memoir",),
        ),
        Kind(
            "Home / Crafts",
            ("The Pleasures of {craft}", "{craft} for Patient People", "A Year of {craft}"),
            ("Everything a beginner should know about {craft}, and several things to avoid.",),
            ("Fifty projects", "A practical handbook"),
        ),
        Kind(
            "Children / Magic",
            (
                "The {thing} Who Would Not Sleep",
                "{place} and the {quality} {thing}",
                "The {person}’s {quality} {thing}",
            ),
            ("A {quality} {thing} turns up in a schoolbag, and it has opinions.",),
            also=("Children / Adventure",),
            in_series=True,
        ),
    ),
    "de": (
        Kind(
            "Fiction / Society",
            ("{subject} {rest}", "{subject} von {place}", "Rückkehr nach {place}"),
            ("Ein Jahr in {place}, von zwei Nachbarn ganz verschieden erzählt.",),
            in_series=True,
        ),
        Kind(
            "Crime / Detectives and thieves",
            ("Tod in {place}", "{subject} {rest}", "Der Fall {place}"),
            ("In {place} fehlt am Morgen einer, und alle haben gut geschlafen.",),
            in_series=True,
        ),
        Kind(
            "History / Modern",
            ("Kleine Geschichte {topic}", "{place}: Leben einer Stadt"),
            ("Was sich aus Briefen und Rechnungen über {place} lernen lässt.",),
        ),
    ),
    "fr": (
        Kind(
            "Fiction / Society",
            ("{subject} {rest}", "{subject} de {place}", "Retour à {place}"),
            ("Une année à {place}, racontée par deux voisins qui ne sont d’accord sur rien.",),
            in_series=True,
        ),
        Kind(
            "Crime / Detectives and thieves",
            ("Mort à {place}", "{subject} {rest}", "L’affaire de {place}"),
            ("Un matin, il manque quelqu’un à {place}, et tout le monde a bien dormi.",),
            in_series=True,
        ),
        Kind(
            "History / Modern",
            ("Petite histoire {topic}", "{place}, vie d’une ville"),
            ("Ce que les lettres et les comptes nous apprennent de {place}.",),
        ),
    ),
    "es": (
        Kind(
            "Fiction / Society",
            ("{subject} {rest}", "{subject} de {place}", "Regreso a {place}"),
            ("Un año en {place}, contado por dos vecinos que no están de acuerdo en nada.",),
            in_series=True,
        ),
        Kind(
            "Crime / Detectives and thieves",
            ("Muerte en {place}", "{subject} {rest}", "El caso de {place}"),
            ("Una mañana falta alguien en {place}, y todos han dormido bien.",),
            in_series=True,
        ),
        Kind(
            "History / Modern",
            ("Breve historia {topic}", "{place}, vida de una ciudad"),
            ("Lo que las cartas y las cuentas enseñan sobre {place}.",),
        ),
    ),
}
