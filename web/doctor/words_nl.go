package doctor

import (
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/web/lang"
)

var dutch = words{
	hello: "Goedendag,", intro: "Wij wilden voor {customer} iets lezen of veranderen. Microsoft stond dat niet toe.", help: "Wat helpt:", thanks: "Hartelijk dank\n{person}, {partner}",
	times:   lang.Plurals{One: "Het is sinds {date} %d keer mislukt.", Other: "Het is sinds {date} %d keer mislukt."},
	numbers: "Voor wie het nakijkt:", tenant: "Tenantnummer", request: "Aanvraag-id", activity: "Activiteits-id", code: "Code van Microsoft", at: "Tijd",
	causes: map[diagnose.Cause]told{
		diagnose.CauseSecretWrong:    {"Microsoft neemt het geheim van ons programma niet aan. Dat houdt het werk voor alle klanten op.", "Controleer het clientgeheim in de instellingen van het portaal. Vul de waarde in, niet de id."},
		diagnose.CauseSecretExpired:  {"Het geheim van ons programma is verlopen. Dat houdt het werk voor alle klanten op.", "Maak in de app-registratie een nieuw geheim of, beter, een certificaat, en vul het in bij de instellingen van het portaal."},
		diagnose.CauseCertificate:    {"Microsoft kent het certificaat van ons programma niet. Dat houdt het werk voor alle klanten op.", "Upload het certificaat naar de app-registratie."},
		diagnose.CauseAccountUnknown: {"Ons account staat niet in uw tenant.", "Nodig het account uit als gast, of geef ons toegang met een partnerrelatie (GDAP)."},
		diagnose.CauseAccountGone:    {"Ons account staat niet meer in uw tenant.", "Nodig het opnieuw uit als gast, of geef ons toegang met een partnerrelatie (GDAP)."},
		diagnose.CauseAccountOff:     {"Ons account is in uw tenant uitgezet of verwijderd.", "Zet het weer aan in Microsoft Entra, bij Gebruikers."},
		diagnose.CauseNotAssigned:    {"Ons account mag ons programma in uw tenant niet gebruiken.", "Open Microsoft Entra, Bedrijfstoepassingen, ons programma, Gebruikers en groepen, en voeg het account toe."},
		diagnose.CausePolicy:         {"Een beleid voor voorwaardelijke toegang in uw tenant blokkeert onze aanmelding.", "Zoek de naam van het beleid in de aanmeldingslogboeken van Microsoft Entra. Beslis daarna of u voor ons een uitzondering maakt."},
		diagnose.CauseProgramBlocked: {"Een beleid voor voorwaardelijke toegang in uw tenant blokkeert ons programma.", "Zoek de naam van het beleid in Microsoft Entra, Aanmeldingslogboeken, Aanmeldingen van service-principals. Beslis daarna of u voor ons een uitzondering maakt."},
		diagnose.CauseHomeBlocks:     {"Onze eigen tenant laat onze mensen zich daar niet aanmelden.", "Sta het toe in Microsoft Entra, Instellingen voor toegang tussen tenants, Uitgaande toegang."},
		diagnose.CauseTheyBlock:      {"Uw tenant laat onze mensen zich niet aanmelden.", "Sta het toe in Microsoft Entra, Instellingen voor toegang tussen tenants, Binnenkomende toegang."},
		diagnose.CauseProgramUnknown: {"Uw tenant kent ons programma niet. Nog niemand heeft toestemming gegeven, of de toestemming is ingetrokken.", "Open de link voor toestemming die wij u sturen, en ga akkoord. Bent u in het laatste uur akkoord gegaan, wacht dan eerst."},
		diagnose.CauseProgramGone:    {"Ons programma staat niet meer in uw tenant, of het is daar uitgezet.", "Open de link voor toestemming die wij u sturen, en ga akkoord. Of zet het programma aan in Microsoft Entra, Bedrijfstoepassingen."},
		diagnose.CauseProgramOff:     {"Ons programma is in uw tenant uitgezet.", "Open Microsoft Entra, Bedrijfstoepassingen, ons programma, Eigenschappen, en sta aanmelden weer toe."},
		diagnose.CauseNotAgreed:      {"Niemand in uw bedrijf is akkoord gegaan met wat wij nodig hebben.", "Open de link voor toestemming die wij u sturen, en ga akkoord."},
		diagnose.CauseNeedsAdmin:     {"Alleen een beheerder van uw bedrijf mag akkoord gaan met wat wij nodig hebben.", "Geef onze link voor toestemming aan een globale beheerder van uw bedrijf."},
		diagnose.CauseDeclined:       {"De toestemming is geweigerd.", "Was dat een vergissing, laat het ons dan weten. Wij sturen u een nieuwe link."},
		diagnose.CauseScopeMissing:   {"Uw bedrijf heeft ons de machtiging {permission} niet gegeven.", "Open de link voor toestemming die wij u sturen, en ga akkoord."},
		diagnose.CauseScopeKind:      {"Uw bedrijf heeft ons de machtiging {permission} gegeven, maar in een vorm die hiervoor niet geldt.", "Open de link voor toestemming die wij u sturen, en ga akkoord."},
		diagnose.CauseScopeOrRole:    {"Wij missen een machtiging of een rol. Welke weten wij nog niet.", "Laat ons weten of u onze rollen of ons programma hebt veranderd. Wij controleren intussen onze machtigingen."},
		diagnose.CauseDirectoryRole:  {"Ons account heeft in uw tenant geen rol die dit toestaat.", "Geef het de rol die nodig is in Microsoft Entra, Rollen en beheerders."},
		diagnose.CauseIntuneRole:     {"Ons account heeft in Intune geen rol die dit toestaat.", "Geef het een rol in het Intune-beheercentrum, Tenantbeheer, Rollen. Of geef het de directoryrol Intune-beheerder."},
		diagnose.CauseScopeTag:       {"Onze rol in Intune mag dit object niet zien, of het object is er niet meer.", "Open het Intune-beheercentrum, Tenantbeheer, Rollen, en voeg de bereiktag van het object toe aan onze roltoewijzing."},
		diagnose.CauseGDAPEnded:      {"Onze partnerrelatie (GDAP) met u is voorbij.", "Keur een nieuwe goed. Wij sturen u de link."},
		diagnose.CauseGDAPRole:       {"Onze partnerrelatie (GDAP) met u bevat de rol niet die wij nodig hebben.", "Keur een nieuwe goed met de rol Intune-beheerder. Wij sturen u de link."},
		diagnose.CauseGDAPGroup:      {"De partnerrelatie (GDAP) heeft de juiste rol. Maar iemand van ons zit in geen groep die de rol heeft.", "Voeg de persoon toe aan de groep in Microsoft Entra. Daarna meldt de persoon zich opnieuw aan."},
		diagnose.CauseUnlicensed:     {"Uw bedrijf heeft geen licentie voor deze dienst van Microsoft.", "Controleer uw licenties. Zonder licentie kunnen wij dit niet voor u doen."},
		diagnose.CauseNoIntune:       {"Uw bedrijf heeft geen licentie voor Microsoft Intune.", "Controleer uw licenties. Zonder licentie kunnen wij geen apparaten voor u beheren."},
		diagnose.CauseServiceMissing: {"Uw tenant heeft de dienst van Microsoft niet die hiervoor nodig is.", "Controleer uw licenties. Zonder licentie kunnen wij dit niet voor u doen."},
		diagnose.CauseDefender:       {"Microsoft Defender is in uw tenant niet ingericht, of ons account heeft daar geen rol.", "Open het portaal van Microsoft Defender één keer, en controleer daar onze rol bij Machtigingen."},
		diagnose.CauseApproval:       {"Intune wacht tot een tweede beheerder akkoord gaat.", "Open het Intune-beheercentrum, Tenantbeheer, Goedkeuring door meerdere beheerders, en keur de aanvraag goed. Ze vervalt na drie dagen."},
		diagnose.CauseRequest:        {"Microsoft neemt niet aan wat ons portaal stuurt. Dat is waarschijnlijk een fout in het portaal.", "Meld het aan de makers van het portaal, met de aanvraag-id."},
	},
}
