package consent

import (
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/web/lang"
)

var dutch = words{
	title:     "{partner} vraagt om voor de apparaten van {customer} te zorgen",
	lead:      "U bent beheerder, dus u beslist. Lees eerst deze pagina. Er verandert niets tot u op de pagina van Microsoft akkoord gaat, en u kunt het altijd terugnemen.",
	readTitle: "Wat ons programma kan lezen", readNote: "Het leest uit zichzelf, dag en nacht. Het kan niets veranderen.",
	seeTitle: "Wat een aangemelde persoon kan zien", seeNote: "Alleen zolang die persoon bij u is aangemeld.",
	changeTitle: "Wat een persoon mag veranderen", changeNote: "Alleen een persoon met een naam, die bij u is aangemeld. Uw eigen logboek laat zien wie het was.",
	changeNone:   "**Niets.** Wij vragen niet om het recht om iets te veranderen.",
	purposeTitle: "Waarom wij het vragen", purpose: "{partner} zorgt voor de apparaten en programma’s van {customer}. Daarvoor moeten wij zien hoe het ermee gaat.",
	keptTitle: "Wat wij bewaren, en hoelang", kept: [2]string{"Wij bewaren wat ons programma leest: uw apparaten, programma’s en instellingen, met de namen van de mensen om wie het gaat. Wij bewaren ook een lijst van wat onze mensen bij u doen.", "Veranderingen bewaren wij **{days} dagen**. Als u uw toestemming intrekt, lezen wij niets meer, en u kiest: wij wissen wat wij hebben meteen, of na {days} dagen. Alleen de lijst van wat er is gedaan blijft, als bewijs voor u en voor ons."},
	twice:      "Microsoft vraagt het u **meer dan één keer**: eerst voor het programma, dan voor wat een persoon mag doen. Na de eerste keer mag u stoppen.",
	step:       text{"Nog één stap", "Wij hebben op {date} in uw tenant gekeken. Het programma kan nu lezen. Microsoft moet u nog vragen wat een aangemelde persoon mag doen.", "Ga verder en lees de volgende lijst. U mag hier ook stoppen."},
	neverTitle: "Waar wij nooit om vragen",
	never:      [3]string{"E-mail, agenda’s, chats en bestanden. Wij kunnen ze niet openen.", "Wachtwoorden. U typt het uwe alleen op de pagina van Microsoft.", "Het recht om beheerders toe te voegen, of om onszelf meer rechten te geven."},
	nextTitle:  "Wat er daarna gebeurt",
	next: [3]string{
		"U gaat naar **{host}** en meldt u aan als beheerder van {customer}.",
		"Microsoft toont de lijst nog eens in eigen woorden. Het programma heet **‘{program}’**. Ziet u een andere naam, stop dan en vraag het ons. Niets is toegestaan voordat u daar ‘Accepteren’ kiest.",
		"U komt hier terug. Wij kijken bij u na wat u echt hebt toegestaan, en u krijgt een **bewijs** om te bewaren.",
	},
	agree: "Verder naar Microsoft", disagree: "Ik ga niet akkoord", notSure: "Niet zeker? Stuur deze pagina naar een collega. De link openen verbruikt hem niet.",
	who: "Wie vraagt het", forWhom: "Voor", number: "Uw tenantnummer", until: "Deze link werkt tot",
	questions: "Vragen", takeBack: "Hoe u het terugneemt", takeBackText: "Op uw bewijspagina, of in Microsoft Entra onder Bedrijfstoepassingen.",
	message: "Een bericht van {who}", application: "het programma leest uit zichzelf", delegated: "gedelegeerd: alleen met een aangemelde persoon",
	evidence: "Uw bewijspagina openen", tryAgain: "De pagina opnieuw openen", works: "Wat nu werkt", notYet: "Wat niet werkt",
	receipt:   receiptWords{readOn: "Gelezen", granted: "Toegestaan, in de woorden van Microsoft", who: "Wie toestemming gaf", whoText: "Microsoft vertelt ons niet welke beheerder toestemming gaf. Uw eigen auditlogboek in Microsoft Entra noemt de naam.", head: "Controlegetal van wat is gedaan, regel {n}", verify: "Om het later te controleren, downloadt u de lijst op uw bewijspagina, start u “tenantry audit verify” en vergelijkt u regel {n}. Print deze pagina om die te bewaren."},
	takeOther: "U hebt eerder toestemming gegeven aan ons programma “{name}” (toepassings-id {id}). We werken nu met een ander en hebben het niet meer nodig.\n\nEen beheerder van {customer} kan het intrekken in Microsoft Entra: Bedrijfstoepassingen, “{name}”, Eigenschappen, Verwijderen.", otherHolds: "Het heeft nog deze machtigingen:",
	mailSubject: "{partner} vraagt uw toestemming",
	mailText:    "Goedendag,\n\n{partner} vraagt u, als beheerder van {customer}, om het programma ‘{program}’ toe te staan voor uw apparaten te zorgen. De pagina achter deze link zegt wat wij lezen, waar wij nooit om vragen en hoe u het terugneemt:\n\n{link}\n\nDe link werkt tot {date}. Hem openen verbruikt hem niet.\n\n{contact}",
	names:       lang.Plurals{One: "De %d naam in de woorden van Microsoft", Other: "De %d namen in de woorden van Microsoft"},
	more:        lang.Plurals{One: "Microsoft toont één lijst voor alle klanten, en u kunt die alleen als geheel accepteren. Er staat nog %d naam op, die wij bij u niet gebruiken.", Other: "Microsoft toont één lijst voor alle klanten, en u kunt die alleen als geheel accepteren. Er staan nog %d namen op, die wij bij u niet gebruiken."},
	outcome: map[domain.Result]text{
		domain.Connected:   {"{customer} is verbonden", "Wij hebben bij u gekeken op {date}: alles op de lijst is toegestaan.", "Bewaar uw bewijspagina. Daar staat wat wij mogen lezen en hoe u het terugneemt."},
		domain.Partial:     {"{customer} is gedeeltelijk verbonden", "Wij hebben bij u gekeken op {date}. Een deel van de lijst is toegestaan, een ander deel niet.", "Vraag {partner} of de rest nodig is. U kunt het ook zo laten."},
		domain.Waiting:     {"Uw antwoord is aangekomen", "Microsoft kopieert het nu naar alle plaatsen. Bij u zien wij het nog niet.", "Wacht een paar minuten. Deze pagina kijkt vanzelf opnieuw, en u mag haar sluiten."},
		domain.Unproven:    {"Wij zien uw toestemming niet", "U kwam terug van Microsoft, maar bij u zien wij geen toestemming voor ons programma.", "Open de pagina opnieuw en zoek ‘Accepteren’ op de pagina van Microsoft."},
		domain.Declined:    {"U ging niet akkoord", "Er is niets toegestaan en er is niets veranderd bij {customer}.", "Bedenkt u zich, open dan de pagina opnieuw. Zij werkt tot {until}."},
		domain.NeedsAdmin:  {"U mag dit niet beslissen", "Microsoft zegt dat uw account niet voor het hele bedrijf akkoord mag gaan. Er is niets veranderd.", "Stuur de link naar een globale beheerder van {customer}."},
		domain.WrongTenant: {"U was aangemeld bij een ander bedrijf", "Deze link is voor {customer} (tenant {number}). U was aangemeld bij tenant {other}. Bij {customer} is niets toegestaan.", "Open de pagina opnieuw, en meld u aan met uw account bij {customer}."},
		domain.Refused:     {"Microsoft is niet klaar", "Microsoft stuurde u terug zonder antwoord{code}. Bij {customer} is niets veranderd.", "Open de pagina opnieuw. Gebeurt het weer, bel dan {partner}."},
		domain.Expired:     {"Dat duurde te lang", "Er zat meer dan een uur tussen de pagina en uw antwoord, daarom nemen wij het niet aan.", "Open de pagina opnieuw. Zij werkt tot {until}."},
		domain.Revoked:     {"Deze link is ingetrokken", "{partner} trok de link in terwijl u bij Microsoft was. Wij hebben niet bij u gekeken.", "Vraag {partner} om een nieuwe link."},
		domain.Used:        {"Dit antwoord is al gebruikt", "Het telt maar één keer. Wat het deed, blijft zo.", "Open uw bewijspagina om te zien wat is toegestaan."},
		domain.Unknown:     {"Wij kennen dit antwoord niet", "Het hoort niet bij een toestemming die hier begon. Er is niets veranderd.", "Open de link die u hebt gekregen, en begin daar."},
	},
	gone: map[domain.LinkState]text{
		domain.LinkExpired: {"Deze link is afgelopen", "Hij werkte tot {until}. Er is niets veranderd.", "Vraag {partner} om een nieuwe link."},
		domain.LinkRevoked: {"Deze link is ingetrokken", "{partner} heeft hem niet meer nodig. Er is niets veranderd.", "Vraag het {partner} als u iets anders had verwacht."},
		domain.LinkUsed:    {"Deze link is al gebruikt", "Er is toestemming mee gegeven. Hij werkt maar één keer.", "Open uw bewijspagina om te zien wat is toegestaan."},
	},
	notFound: text{"Wij kennen deze link niet", "Misschien is hij afgekapt of verkeerd getypt.", "Kopieer de hele link uit het bericht dat u hebt gekregen."},
}
