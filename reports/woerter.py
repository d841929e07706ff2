"""The words that people read for the codes of the marts (German).

Belongs here: code to words, and the order of names. Not here: numbers (`zahlen`), sentences about one
report (templates in `vorlagen/`).
"""

from reports.typen import Wert
from sources.vertraege import lade_familien, lade_quellen

STATUS = {
    "gueltig": "gültig",
    "null_genau": "genau null",
    "gerundete_null": "gerundet null",
    "gesperrt": "aus Datenschutzgründen nicht ausgewiesen",
    "unbekannt_oder_geheim": "unbekannt oder geheim",
    "unsicher": "zu unsicher",
    "nicht_sinnvoll": "keine sinnvolle Angabe",
    "folgt_spaeter": "liegt noch nicht vor",
    "nenner_zu_klein": "zu wenige für eine Quote",
    "nicht_verfuegbar": "auf dieser Ebene nicht erhoben",
    "zeitreihenbruch": "Bruch in der Zeitreihe",
}
ZEICHEN = {
    "null_genau": "–",
    "gerundete_null": "0",
    "gesperrt": "•",
    "unbekannt_oder_geheim": ".",
    "unsicher": "/",
    "nicht_sinnvoll": "x",
    "folgt_spaeter": "…",
}
ERGEBNIS = {
    "bestanden": "bestanden",
    "verletzt": "verletzt",
    "fehler": "nicht ausführbar",
    "angenommen": "angenommen",
    "in_quarantaene": "zurückgestellt",
}
HINWEIS = {
    "vorlaeufig": "vorläufig",
    "geschaetzt": "geschätzt",
    "gerundet": "gerundet",
    "eingeschraenkt": "eingeschränkt aussagekräftig",
    "annahme": "beruht auf einer Annahme",
    "vorjahresstand": "Stand des Vorjahres",
    "musterdaten": "Musterdaten",
}
QUELLE = lade_quellen()
FAMILIE = lade_familien(mit_kontext=True)
LAND = {
    "BB": "Brandenburg",
    "BE": "Berlin",
    "BW": "Baden-Württemberg",
    "BY": "Bayern",
    "HB": "Bremen",
    "HE": "Hessen",
    "HH": "Hamburg",
    "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen",
    "NRW": "Nordrhein-Westfalen",
    "RP": "Rheinland-Pfalz",
    "SH": "Schleswig-Holstein",
    "SL": "Saarland",
    "SN": "Sachsen",
    "ST": "Sachsen-Anhalt",
    "TH": "Thüringen",
}
RICHTUNG = {
    "neutral": "neutral: ein hoher Wert ist weder gut noch schlecht",
    "hoeher_ist_belastender": "ein höherer Wert weist auf mehr Belastung hin",
    "niedriger_ist_belastender": "ein niedrigerer Wert weist auf mehr Belastung hin",
}
GEBIETSART = {
    "kreis": "Kreis oder kreisfreie Stadt",
    "gemeinde": "Gemeinde",
    "gemeindeteil": "Gemeindeteil",
}
ANGEBOT = {
    "kita": "Kindertageseinrichtungen",
    "tagespflege": "Kindertagespflege",
    "jugendarbeit": "Jugendarbeit",
    "jugendsozialarbeit": "Jugendsozialarbeit",
    "schulsozialarbeit": "Schulsozialarbeit",
    "fruehe_hilfen": "Frühe Hilfen",
    "familienbildung": "Familienbildung",
    "beratung": "Beratung",
    "hze_ambulant": "ambulante Hilfen",
    "hze_teilstationaer": "teilstationäre Hilfen",
    "hze_stationaer": "stationäre Hilfen",
    "inobhutnahme": "Inobhutnahme",
    "sozialraumarbeit": "Sozialraumarbeit",
    "sonstige": "Sonstige",
}
WERTART = {
    "ansatz": "Ansatz",
    "nachtrag": "Nachtrag",
    "umbuchung": "Umbuchung",
    "ueberplanmaessig": "Über- und außerplanmäßig",
    "ermaechtigung": "Ermächtigung",
    "ist": "Ist",
}
MUSTERDATEN = "Musterdaten – erfundene Werte"
NICHT_WEITERGEBEN = "§ 64 (3) SGB VIII: nicht weitergeben"

_UMLAUTE = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e"})


def status_woerter(wert: Wert) -> str:
    """Sign (where the statistics have one) and words of a row that shows no figure."""
    worte = STATUS.get(wert.status, wert.status)
    zeichen = ZEICHEN.get(wert.status, "")
    return f"{zeichen} {worte}".strip()


def wort(tabelle: dict[str, str], code: str) -> str:
    """The words for a code; an unknown code is shown as it is rather than hidden."""
    return tabelle.get(code, code)


def namensfolge(name: str) -> tuple[str, str]:
    """Sort key after DIN 5007-1 (umlauts as their vowels), so that Räume stand by name, never by rank."""
    return name.lower().translate(_UMLAUTE), name
