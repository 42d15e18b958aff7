# ruff: noqa: E501, SIM905
"""Invented names: people, towns and firms, by language, so that a customer sounds like one of its country."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import numpy as np

from course.case.columns import Array
from course.case.world import INDUSTRIES

LANGUAGE = {
    "United Kingdom": "en", "Ireland": "en", "United States": "en", "Canada": "en", "Germany": "de", "Austria": "de",
    "Switzerland": "de", "France": "fr", "Belgium": "fr", "Netherlands": "nl", "Sweden": "sv", "Denmark": "sv",
    "Norway": "sv", "Finland": "sv", "Italy": "it", "Spain": "es", "Portugal": "es",
}  # fmt: skip

FORMS = {
    "United Kingdom": ("Ltd", "plc"), "Ireland": ("Ltd", "DAC"), "United States": ("Inc.", "LLC", "Corp."),
    "Canada": ("Inc.", "Ltd."), "Germany": ("GmbH", "AG", "GmbH & Co. KG"), "Austria": ("GmbH", "AG"),
    "Switzerland": ("AG", "SA"), "France": ("SAS", "SA"), "Belgium": ("NV", "SA"), "Netherlands": ("B.V.", "N.V."),
    "Sweden": ("AB",), "Denmark": ("A/S", "ApS"), "Norway": ("AS", "ASA"), "Finland": ("Oy", "Oyj"),
    "Italy": ("S.p.A.", "S.r.l."), "Spain": ("S.A.", "S.L."), "Portugal": ("S.A.", "Lda."),
}  # fmt: skip

STEMS = {
    "en": "Abbotsley Alderwick Amberton Ashgrove Barrowmere Beckhythe Blackmoor Braithe Brambleford Calderby Carrick Chesterlow Clayhithe Colwell Corvane Dalebridge Denholme Dunmere Eastlow Elmhurst Fairhaven Fennimore Galbrook Garrowby Glenmarch Greystoke Halden Harrowgate Haverley Hollinside Inglewood Kelbrook Kestrel Kinloch Larkhill Lindmoor Lowther Marlowe Medwyn Merrow Millthorpe Norleigh Oakhampton Ormsby Pendle Quarrington Ravensworth Redcliff Rowantree Saltmarsh Selwick Stanmere Stonecross Thornbury Tidewell Underhill Wadebrook Wexmoor Whinfell Yarrow".split(),
    "de": "Ahrenfeld Altmark Bachmair Birkenau Brandauer Breitling Dornhof Eberle Eichstetter Falkenried Felsberg Frankenau Gerstner Grünwald Haldenstein Hartwig Heidkamp Hochrein Ilmtal Kaltbach Kestner Kleeberg Kornmüller Lahnhof Lindau Lohmeyer Marbach Mühlental Neuhaus Nordheim Oberhaus Oderbruch Pfeiler Rabenau Reichwald Rheinauer Rosenthal Saalfelder Salzach Schönbrunn Seehof Sonnleitner Steinegger Talheim Traunfeld Uhlmann Vierling Waldner Wehrhahn Weidinger Werraland Westhafen Wieland Zellerfeld".split(),
    "fr": "Aubrac Auvernay Beaulieu Beaurivage Belmont Bercourt Blancheville Boisrenard Bréval Cambray Chantemer Charmeuil Clairvaux Combreux Courtalin Damery Delmarche Dombrelle Écouves Estremont Fayence Fontenelle Garonval Grandpré Hautecour Jarville Lamarque Lavandon Lormont Maisonneuve Marcillac Mervent Montrieux Noirval Orgeval Pontaubert Quercy Ravenel Rivecourt Rochebrune Sancerval Savigny Sormont Thiernay Tournebride Valcourt Vauclair Verdelot Vernay Villedieu".split(),
    "nl": "Aalsmeer Achterveld Berkenrode Biesbos Brouwer Dijkstra Duinrand Eemland Elzinga Geldermans Groothuis Haringvliet Heidestein Hoogland IJsselmond Kampen Kloosterman Kuiper Lekdijk Linderhof Maasdam Meerhoven Noordwal Oosterhuis Polderman Rietveld Schieland Sluiter Terborgh Uiterwaard Veenstra Vechtstroom Waalwijk Westdijk Zandvoorde Zuidema".split(),
    "sv": "Alvesund Ankarström Askedal Bergvik Björkudden Brandvold Dalby Djupvik Ekbacken Elvedal Fagernes Fjordheim Forsvik Furuholm Granbo Grimstad Hagaström Halvorsen Havnsund Hedvall Isfjord Järvinen Kallinge Karhula Klintby Korpela Kvarnby Lahtinen Lindesberg Ljungdal Lundvik Malmvik Mörkdal Nordanå Norrviken Oxelsund Paldanius Ravnkilde Rosendal Sandvig Silvervik Skogsberg Solbakken Stenhammar Strandvik Sundgaard Tallbacka Thorsager Ulriksdal Vestfold Viksjö Åsheim Österby".split(),
    "it": "Adriani Albarella Altavalle Ardenza Bellagamba Borromini Brenta Calavera Campolongo Carpineto Castelvero Collalto Corvara Dalmasso Fabriani Falconara Ferrucci Fontanella Galvani Giordana Gorgonzani Lagomare Lanzetta Lombardini Macerata Malaspina Marchesin Montefiore Olivari Padovan Pietralba Pontecorvo Querceto Riccardi Roccaforte Salvemini San Severo Serravalle Soranzo Tagliamento Tiberini Torrebruna Valdarno Vallombra Venturini Zambelli".replace("San Severo", "Sansevero").split(),
    "es": "Aguilera Albareda Alcornoque Alvarado Arrabida Avelar Barrosa Benavente Calatrava Cantareira Carrascal Castroverde Cervantina Dourado Encinar Espinhal Estremoz Fontelar Galdácano Guadalmar Herrera Ibarrola Jarandilla Laredo Lindoso Lusitana Madrigal Malvarrosa Manzanares Mondego Montalbán Navacerra Olivenza Ordesa Pedraza Peñalara Quintana Ribeira Rioseco Salvatierra Sobral Tajuña Torrealba Urdaneta Valverde Vilanova Zaragata".split(),
}  # fmt: skip

TRADES = {
    "en": ("Water|Energy|Power|Grid|Utilities|Networks", "Pharma|Biotech|Therapeutics|Life Sciences|Laboratories", "Foods|Dairies|Brewing|Bakeries|Mills", "Chemicals|Coatings|Polymers|Resins|Solvents", "Automotive|Motors|Components|Castings|Drivetrain", "Estates|Facilities|Property|Building Services|Developments"),
    "de": ("Stadtwerke|Wasserwerke|Energie|Netz|Versorgung", "Pharma|Arzneimittel|Biotechnik|Laboratorien|Wirkstoffe", "Molkerei|Brauerei|Lebensmittel|Mühlen|Feinkost", "Chemie|Lacke|Kunststoffe|Farben|Harze", "Fahrzeugtechnik|Automobiltechnik|Getriebe|Guss|Karosserie", "Immobilien|Gebäudetechnik|Hausverwaltung|Bau|Quartiere"),
    "fr": ("Eaux|Énergies|Réseaux|Électricité|Services Urbains", "Pharma|Laboratoires|Biotech|Santé|Principes Actifs", "Laiteries|Brasseries|Agroalimentaire|Minoteries|Conserves", "Chimie|Peintures|Polymères|Résines|Colorants", "Automobile|Mécanique|Transmissions|Fonderies|Équipements", "Immobilier|Bâtiments|Gestion|Foncière|Maintenance"),
    "nl": ("Waterbedrijf|Energie|Netbeheer|Stroom|Nutsbedrijf", "Farma|Biotech|Laboratoria|Geneesmiddelen", "Zuivel|Brouwerij|Voedingsmiddelen|Molens", "Chemie|Verf|Kunststoffen|Harsen", "Voertuigtechniek|Aandrijvingen|Gieterij|Carrosserie", "Vastgoed|Gebouwbeheer|Bouw|Installatietechniek"),
    "sv": ("Vatten|Energi|Kraft|Elnät|Fjärrvärme", "Pharma|Bioteknik|Läkemedel|Laboratorier", "Mejeri|Bryggeri|Livsmedel|Kvarn", "Kemi|Färg|Polymer|Plast", "Fordon|Motor|Drivlina|Gjuteri", "Fastigheter|Bygg|Förvaltning|Byggservice"),
    "it": ("Acque|Energia|Reti|Servizi Idrici|Elettrica", "Farmaceutici|Biotecnologie|Laboratori|Principi Attivi", "Alimentari|Caseificio|Birrificio|Molini|Conserve", "Chimica|Vernici|Polimeri|Resine", "Automotive|Meccanica|Trasmissioni|Fonderie|Componenti", "Immobiliare|Edilizia|Gestioni|Impianti"),
    "es": ("Aguas|Energía|Redes|Eléctrica|Hidráulica", "Farma|Laboratorios|Biotec|Fármacos", "Alimentos|Lácteos|Cervezas|Conservas|Harinas", "Química|Pinturas|Polímeros|Resinas", "Automoción|Mecánica|Fundición|Componentes", "Inmobiliaria|Edificios|Gestión|Obras"),
}  # fmt: skip

TOWNS = {
    "United Kingdom": "Ashbourne Harlow Kelso Malvern Thetford Wigan Ludlow Crewe", "Ireland": "Athlone Carlow Ennis Sligo",
    "United States": "Akron Boise Dayton Eugene Fargo Lansing Macon Peoria Reno Tulsa", "Canada": "Guelph Kelowna Moncton Regina",
    "Germany": "Bamberg Celle Fulda Gera Hameln Landshut Siegen Worms", "Austria": "Steyr Villach Wels", "Switzerland": "Aarau Chur Olten",
    "France": "Albi Angers Colmar Laval Niort Tarbes", "Belgium": "Aalst Mechelen Tournai", "Netherlands": "Almelo Deventer Roermond Zwolle",
    "Sweden": "Borås Falun Kalmar Västerås", "Denmark": "Horsens Kolding Vejle", "Norway": "Hamar Larvik Molde", "Finland": "Kuopio Lahti Vaasa",
    "Italy": "Biella Cremona Lucca Terni Udine Varese", "Spain": "Burgos Cuenca Huesca Lugo", "Portugal": "Aveiro Leiria Viseu",
}  # fmt: skip

FIRST = {
    "en": "Alice Andrew Bethany Callum Charlotte Daniel Eleanor Fiona George Hannah Imogen Jack Katherine Liam Megan Nathan Olivia Patrick Rachel Samuel Tara Victoria William Zoe".split(),
    "de": "Anja Bernd Carola Dietmar Elke Florian Gesine Holger Imke Jürgen Katrin Lennart Marlies Nils Petra Ralf Sabine Thorsten Ulrike Volker Wiebke".split(),
    "fr": "Adèle Bastien Camille Damien Élodie Fabrice Gaëlle Hugo Inès Jérôme Léa Mathilde Nicolas Océane Pascal Romane Sylvain Thibault Valérie Yann".split(),
    "nl": "Annelies Bram Coen Doutzen Evert Femke Gijs Hanneke Jeroen Karlijn Maarten Niek Roos Sander Tess Wouter".split(),
    "sv": "Astrid Bjarne Carina Elin Eskil Freja Gunnar Hanne Ilmari Johanna Kaisa Lars Maja Mikkel Nora Oskar Pernilla Rasmus Sanna Tove Viggo".split(),
    "it": "Alessia Bruno Chiara Davide Elisa Fabio Giulia Ivano Lorenza Matteo Nadia Paolo Roberta Sandro Teresa Valerio".split(),
    "es": "Adriana Bernardo Carmen Diogo Elena Felipe Gonzalo Inês Joaquín Lucía Marcos Noelia Pilar Rafael Sofía Tomás".split(),
}  # fmt: skip

LAST = {
    "en": "Ackroyd Bellamy Cartwright Darnell Ellwood Fairbairn Gainsford Hathersage Iveson Jessop Kirkbride Langstaff Merriman Netherton Okonjo Pemberton Quayle Rutherglen Sandiford Tattersall Upjohn Venning Whitlock Yardley".split(),
    "de": "Altenburger Bredow Czerny Deggendorf Ehlers Fichtner Grabow Hollweg Immendorf Jansohn Kessling Lüdtke Mertes Niebuhr Ostermann Pohlandt Rademacher Seibold Tiedemann Urbanek Vossberg Wachter Zimmerling".split(),
    "fr": "Aumont Bellerose Carpentier Desrosiers Esnault Fauvel Guilbert Hamelin Jourdan Lacombe Marchand Nadeau Ollivier Perrault Quesnel Rousselot Sauvage Tessier Vasseur".split(),
    "nl": "Aartsen Bloemendaal Coppens Dekkers Evers Grootveld Hendriksen Jonker Koopmans Lammers Nijland Overbeek Pronk Ruiter Steenbergen Vermeulen".split(),
    "sv": "Almgren Brandt Carlstedt Dahlqvist Enger Falk Grønlund Hallberg Ikonen Jönsson Kjellin Laakso Møller Nyström Olsvik Pettersen Rundgren Sjöholm Toivonen Wikander".split(),
    "it": "Accardi Benvenuti Cattaneo DeSantis Esposito Fumagalli Gallini Iannelli Locatelli Mazzanti Novelli Ottaviani Pellegrino Rizzuto Sartori Terranova".split(),
    "es": "Arancibia Bermejo Carvalhal Domínguez Echeverri Figueroa Galarza Hinojosa Iglesias Lourenço Machado Noronha Olmedo Pacheco Quiroga Robledo Saldanha Teixeira".split(),
}  # fmt: skip


def people(rng: np.random.Generator, languages: list[str], taken: Collection[str] = ()) -> list[str]:
    """Return a person's name for each language, none of those taken, all different as long as there are enough."""
    names = [""] * len(languages)
    for language in dict.fromkeys(languages):
        order = rng.permutation(len(FIRST[language]) * len(LAST[language])).tolist()
        known = (
            f"{FIRST[language][i // len(LAST[language])]} {LAST[language][i % len(LAST[language])]}" for i in order
        )
        free = [name for name in known if name not in taken]
        for count, place in enumerate(i for i, own in enumerate(languages) if own == language):
            again = " " + "I" * (1 + count // len(free)) if count >= len(free) else ""
            names[place] = free[count % len(free)] + again
    return names


def firms(rng: np.random.Generator, country: Array, industry: Array) -> Array:
    """Return a firm's name for each country and industry (numbers), all different."""
    group = LANGUAGE_OF[country] * len(INDUSTRIES) + industry
    names, form = np.empty(group.size, dtype=object), np.empty(group.size, dtype=np.int64)
    ordered, count = np.argsort(group, kind="stable"), np.bincount(group)
    for number, end in enumerate(np.cumsum(count).tolist()):
        places = ordered[end - count[number] : end]
        if places.size:
            language, trade = LANGUAGES[number // len(INDUSTRIES)], number % len(INDUSTRIES)
            known = _firms(language, trade)
            order = rng.permutation(known.size)
            form[places] = rng.integers(0, 1 << 30, places.size)
            names[places[: order.size]] = known[order[: places.size]]
            for late, place in enumerate(places[order.size :].tolist(), order.size):
                turn, which = divmod(late, order.size)
                names[place] = _merged(language, trade, int(order[which]), turn)
    return np.asarray(names + _LEGAL.ravel()[country * _LEGAL.shape[1] + form % _FORMS[country]])


@cache
def _firms(language: str, trade: int) -> Array:
    """Return the names of firms, without their legal form, that a language has for an industry."""
    return np.array([f"{stem} {of}" for stem in STEMS[language] for of in TRADES[language][trade].split("|")], object)


def _merged(language: str, trade: int, place: int, turn: int) -> str:
    """Return a double name, as firms that merged have, where there are more firms than names."""
    stems, trades = STEMS[language], TRADES[language][trade].split("|")
    first, second = stems[place // len(trades)], stems[(place // len(trades) + turn) % len(stems)]
    again = f" {turn // len(stems) + 1}" if turn >= len(stems) else ""
    return f"{first}-{second}{again} {trades[place % len(trades)]}"


COUNTRIES = tuple(LANGUAGE)
LANGUAGES = tuple(sorted(FIRST))
#: the number of each country's language
LANGUAGE_OF: Array = np.array([LANGUAGES.index(language) for language in LANGUAGE.values()])
_FORMS: Array = np.array([len(FORMS[country]) for country in COUNTRIES])
_LEGAL: Array = np.array([[f" {name}" for name in (FORMS[country] * 3)[:3]] for country in COUNTRIES], dtype=object)
assert _FORMS.max() == _LEGAL.shape[1]
assert all(len(trades) == len(INDUSTRIES) for trades in TRADES.values())
