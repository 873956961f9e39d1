package evidence

import (
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
)

var dutch = words{
	title: "Wat {partner} mag bij {customer}", readOn: "Bij u gelezen: {date}. We lezen het één keer per dag opnieuw.", readLate: "Laatst gelezen: {date}. Dat is te lang geleden om zeker te zijn.",
	download: "Alles downloaden wat is gedaan", signOut: "Afmelden", devices: "Mijn apparaten", never: "nooit", nothing: "Niets.",
	unreadTitle: "Wat u hebt toegestaan, is nooit helemaal gelezen.", unreadText: "Daarom kan deze pagina niet zeggen wat mag.",
	problemTitle: "De laatste keer was niet alles te zien.", problemText: "Wat hier staat, is van de laatste volledige lezing.",
	backTitle: "U hebt uw toestemming ingetrokken.", backText: "We lezen niets meer.",
	readsTitle: "Wat het programma zelf kan lezen", personsTitle: "Wat een aangemelde persoon kan doen",
	grantsTitle: "Wat u hebt toegestaan", surplusTitle: "Toegestaan, maar niet nodig", surplusNote: "Niets van wat is afgesproken heeft dit nodig. U kunt het intrekken zonder iets te verliezen.",
	pastTitle: "Wat vroeger was toegestaan", byProgram: "door het programma zelf", byPerson: "alleen door een aangemelde persoon", unused: "nog niet",
	grantColumns: [5]string{"In de woorden van Microsoft", "Gebruikt", "Eerst gezien", "Laatst gezien", "Laatst gebruikt"},
	askedTitle:   "Wie heeft gevraagd, en wat u hebt geantwoord", nobodyAsked: "Niemand heeft via dit portaal gevraagd.",
	askedNote:    "Microsoft vertelt ons niet welke beheerder toestemming gaf. Uw eigen auditlogboek in Microsoft Entra noemt de naam: zoek naar “Consent to application”.",
	askedColumns: [4]string{"Wie", "Wanneer", "Waarvoor", "Antwoord"},
	links:        map[consent.LinkState]string{consent.LinkOpen: "Wacht op uw antwoord", consent.LinkUsed: "Toegestaan", consent.LinkRevoked: "Ingetrokken door de partner", consent.LinkExpired: "Afgelopen zonder antwoord"},
	peopleTitle:  "Wie uw bedrijf hier kan zien, en wie iets heeft gedaan", peopleNote: "Alle mensen van {partner} die uw pagina’s nu kunnen openen, en iedereen die iets heeft gedaan.",
	peopleColumns: [4]string{"Wie", "Mag", "Hoe vaak", "Laatste keer"},
	roles:         map[tenant.Role]string{tenant.RoleOwner: "lezen, handelen en het portaal leiden", tenant.RoleTechnician: "lezen en handelen", tenant.RoleSupport: "alleen lezen"}, noAccess: "–",
	doneTitle: "Wat is gedaan", doneNote: "Elke regel zit vast aan de regel ervoor. Zo kan er geen ongemerkt veranderen of verdwijnen. Het bestand om te downloaden bevat ze allemaal.",
	verifyTitle: "Zo controleert u het zonder ons",
	verify: [3]string{
		"Download het bestand hierboven. Het bevat elke regel met zijn controlegetal.",
		"Start **tenantry audit verify** met het bestand. Het programma is vrij en heeft geen verbinding met ons nodig.",
		"Vergelijk het controlegetal dat het toont met dat hieronder. Hebt u het eerder opgeschreven, dan kan niemand hebben veranderd wat ervoor kwam.",
	},
	headLabel: "Controlegetal van regel {n}", takeTitle: "Zo trekt u het in", takeText: "Hier kunt u alles in één keer beëindigen en beslissen wat er met de gegevens gebeurt. Niemand bij {partner} hoeft het goed te vinden.", takeButton: "Alles intrekken…",
	remove: [3]string{
		"Open het **Microsoft Entra-beheercentrum** als beheerder van {customer}.",
		"Ga naar **Bedrijfstoepassingen** en kies “{program}”.",
		"Open **Eigenschappen** en verwijder het programma. Wilt u alleen enkele namen intrekken, open dan Machtigingen.",
	},
	acts: map[string]string{
		"tenant.added": "heeft uw bedrijf aan het portaal toegevoegd", "consent.link.created": "heeft een link voor uw toestemming gemaakt", "consent.link.revoked": "heeft een link ingetrokken",
		"consent.plan.changed": "heeft veranderd waar we u om willen vragen",
		"consent.link.sent":    "heeft u een link per e-mail gestuurd",
		"consent.begun":        "ging van de pagina naar Microsoft", "consent.returned": "kwam zonder toestemming terug van Microsoft",
		"consent.unconfirmed": "zocht uw toestemming en zag die nog niet", "consent.read": "las wat u hebt toegestaan, en dat was veranderd",
		"consent.withdrawn": "trok de toestemming in", "tenant.erased": "verwijderde de gegevens van uw bedrijf", "signin": "heeft zich aangemeld", "signout": "heeft zich afgemeld",
		"sync.requested": "liet opnieuw lezen", "tenant.tagged": "veranderde hoe uw bedrijf in het portaal is ingedeeld",
		"review.accepted": "accepteerde een punt van een controle", "review.handed": "gaf een punt van een controle door", "review.reopened": "opende een punt van een controle weer",
		"review.noted": "schreef een notitie bij een controle", "review.planned": "plande de volgende controle", "review.signed": "tekende een controle af",
		"guest.invited": "heeft iemand als gast bij u uitgenodigd", "guest.invited.failed": "wilde iemand als gast uitnodigen, wat niet lukte",
		"guest.invited.unknown": "wilde iemand als gast uitnodigen; of het lukte, is niet bekend", "guest.role.given.unknown": "wilde een gast een directoryrol geven; of het lukte, is niet bekend",
		"guest.role.given": "heeft een gast een directoryrol gegeven", "guest.role.given.failed": "wilde een gast een directoryrol geven, wat niet lukte",
	},
	endTitle: "Alles intrekken", endLead: "Dit beëindigt wat {partner} mag bij {customer}. Lees eerst wat er gebeurt.",
	ends: [4]string{
		"We stoppen meteen met lezen. Wat nu wordt gelezen, verandert niets meer.",
		"Open links werken niet meer. We vergeten de aanmeldingen van de mensen van {partner} bij uw bedrijf meteen. Meer laat Microsoft ons niet doen: bij Microsoft eindigen ze als u het programma verwijdert.",
		"We kunnen ons programma niet bij u weghalen, want het mag alleen lezen. We laten zien hoe het bij Microsoft gaat, en controleren of het weg is.",
		"U krijgt een pagina die dit alles bewijst. U hoeft zich er niet voor aan te melden: bewaar het adres.",
	},
	dataLegend: "Wat gebeurt er met de gegevens die we hebben?", keep: "Voorlopig bewaren", keepHint: "Ze blijven zoals ze zijn tot {date}. Daarna verwijderen we ze.",
	erase: "Nu verwijderen", eraseHint: "Apparaten, programma’s, instellingen, namen: alles. Dat kan niet ongedaan worden gemaakt. De lijst van wat is gedaan blijft, zodat u die kunt controleren.",
	nameLabel: "Typ de naam van uw bedrijf: {customer}", nameFault: "Dit is niet de naam. Typ hem zoals hij er staat: {customer}", dataFault: "Kies wat er met de gegevens gebeurt.",
	endButton: "Alles intrekken", cancel: "Terug, niets veranderen",
	proofTitle: "U hebt uw toestemming ingetrokken", proofLead: "Deze pagina is uw bewijs. Bewaar het adres, of print de pagina: u hoeft zich niet aan te melden.",
	facts:   [7]string{"Bedrijf", "Tenantnummer", "Ingetrokken", "Door", "Gegevens", "Bij Microsoft", "Verwijderd tussen"},
	deleted: "Alles verwijderd: {date}", deleting: "Ze worden nu verwijderd. Deze pagina kijkt vanzelf opnieuw.", kept: "Bewaard tot {date}. Daarna worden ze verwijderd.", ended: "U hebt sindsdien opnieuw toestemming gegeven. Deze pagina toont wat er was.",
	gone: "Weg. Microsoft kende ons programma bij u niet meer ({date}).", still: "Er nog toen we vroegen ({date}).", notAsked: "We hebben nog geen antwoord van Microsoft.",
	lookAgain: "Microsoft opnieuw vragen", removeTitle: "Zo verwijdert u het programma bij Microsoft",
	tableTitle: "Wat is verwijderd", tableColumns: [2]string{"Tabel", "Rijen"}, total: lang.Plurals{One: "%d rij", Other: "%d rijen"},
	keptTitle: "Wat we bewaren om dit te kunnen bewijzen",
	keptItems: [4]string{"De naam en het nummer van uw bedrijf.", "De lijst van wat is gedaan, die u kunt controleren.", "Deze pagina.", "Welke mensen van {partner} uw bedrijf konden zien."},
}
