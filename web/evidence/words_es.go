package evidence

import (
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
)

var spanish = words{
	title: "Lo que {partner} puede hacer en {customer}", readOn: "Leído en su empresa: {date}. Lo leemos de nuevo una vez al día.", readLate: "Última lectura: {date}. Hace demasiado tiempo para estar seguros.",
	download: "Descargar todo lo que se hizo", signOut: "Cerrar sesión", devices: "Mis dispositivos", never: "nunca", nothing: "Nada.",
	unreadTitle: "Lo que usted permitió nunca se leyó por completo.", unreadText: "Por eso esta página no puede decir qué está permitido.",
	problemTitle: "La última vez no se vio todo.", problemText: "Lo que está aquí es de la última lectura completa.",
	backTitle: "Usted ha retirado su permiso.", backText: "Ya no leemos nada.",
	readsTitle: "Lo que el programa puede leer solo", personsTitle: "Lo que puede hacer una persona con sesión iniciada",
	grantsTitle: "Lo que usted ha permitido", surplusTitle: "Permitido, pero no necesario", surplusNote: "Nada de lo acordado necesita esto. Puede retirarlo sin perder nada.",
	pastTitle: "Lo que estaba permitido antes", byProgram: "por el programa solo", byPerson: "solo por una persona con sesión iniciada", unused: "todavía no",
	grantColumns: [5]string{"En palabras de Microsoft", "Usado", "Visto por primera vez", "Visto por última vez", "Último uso"},
	askedTitle:   "Quién preguntó y qué respondió usted", nobodyAsked: "Nadie preguntó por este portal.",
	askedNote:    "Microsoft no nos dice qué administrador dio el permiso. Su propio registro de auditoría en Microsoft Entra lo nombra: busque «Consent to application».",
	askedColumns: [4]string{"Quién preguntó", "Cuándo", "Para qué", "Respuesta"},
	links:        map[consent.LinkState]string{consent.LinkOpen: "Espera su respuesta", consent.LinkUsed: "Permitido", consent.LinkRevoked: "Retirado por el socio", consent.LinkExpired: "Terminó sin respuesta"},
	peopleTitle:  "Quién puede ver su empresa aquí y quién hizo algo", peopleNote: "Todas las personas de {partner} que pueden abrir sus páginas ahora, y todas las que hicieron algo.",
	peopleColumns: [4]string{"Quién", "Puede", "Veces", "Última vez"},
	roles:         map[tenant.Role]string{tenant.RoleOwner: "leer, actuar y dirigir el portal", tenant.RoleTechnician: "leer y actuar", tenant.RoleSupport: "solo leer"}, noAccess: "–",
	doneTitle: "Lo que se hizo", doneNote: "Cada línea está unida a la anterior. Así nadie puede cambiar o quitar una sin que se note. El archivo para descargar las contiene todas.",
	verifyTitle: "Cómo comprobarlo sin nosotros",
	verify: [3]string{
		"Descargue el archivo de arriba. Contiene cada línea y su huella.",
		"Ejecute **tenantry audit verify** con el archivo. El programa es libre y no necesita conexión con nosotros.",
		"Compare la huella que muestra con la de abajo. Si la apuntó antes, nadie puede haber cambiado lo anterior.",
	},
	headLabel: "Huella de la línea {n}", takeTitle: "Cómo retirarlo", takeText: "Aquí puede terminar todo de una vez y decidir qué pasa con los datos. Nadie en {partner} tiene que estar de acuerdo.", takeButton: "Retirar todo…",
	remove: [3]string{
		"Abra el **centro de administración de Microsoft Entra** como administrador de {customer}.",
		"Vaya a **Aplicaciones empresariales** y elija «{program}».",
		"Abra **Propiedades** y elimine el programa. Para retirar solo algunos nombres, abra Permisos.",
	},
	acts: map[string]string{
		"tenant.added": "añadió su empresa al portal", "consent.link.created": "creó un enlace de permiso para usted", "consent.link.revoked": "retiró un enlace de permiso",
		"consent.plan.changed": "cambió lo que le queremos pedir",
		"consent.link.sent":    "le envió un enlace de permiso por correo",
		"consent.begun":        "fue de la página de permiso a Microsoft", "consent.returned": "volvió de Microsoft sin permiso",
		"consent.unconfirmed": "buscó su permiso y todavía no lo vio", "consent.read": "leyó lo que usted ha permitido, y había cambiado",
		"consent.withdrawn": "retiró el permiso", "tenant.erased": "borró los datos de su empresa", "signin": "inició sesión", "signout": "cerró sesión",
		"sync.requested": "pidió una nueva lectura", "tenant.tagged": "cambió cómo está ordenada su empresa en el portal",
		"review.accepted": "aceptó un punto de una revisión", "review.handed": "pasó un punto de una revisión a un compañero", "review.reopened": "volvió a abrir un punto de una revisión",
		"review.noted": "escribió una nota en una revisión", "review.planned": "planificó la próxima revisión", "review.signed": "firmó una revisión",
		"guest.invited": "invitó a una persona a su empresa", "guest.invited.failed": "intentó invitar a una persona, sin éxito",
		"guest.invited.unknown": "intentó invitar a una persona; no se sabe si se hizo", "guest.role.given.unknown": "intentó dar a un invitado un rol de directorio; no se sabe si se hizo",
		"guest.role.given": "dio a un invitado un rol de directorio", "guest.role.given.failed": "intentó dar a un invitado un rol de directorio, sin éxito",
	},
	endTitle: "Retirar todo", endLead: "Esto termina lo que {partner} puede hacer en {customer}. Lea primero lo que pasará.",
	ends: [4]string{
		"Dejamos de leer enseguida. Una lectura en curso ya no cambia nada.",
		"Los enlaces de permiso abiertos dejan de funcionar. Olvidamos enseguida las sesiones de las personas de {partner} en su empresa. Microsoft no nos deja hacer más: en Microsoft terminan cuando usted quita el programa.",
		"No podemos quitar nuestro programa de su empresa, porque solo puede leer. Le mostramos cómo hacerlo en Microsoft y comprobamos que ya no está.",
		"Usted recibe una página que prueba todo esto. No necesita iniciar sesión: guarde su dirección.",
	},
	dataLegend: "¿Qué pasa con los datos que tenemos?", keep: "Guardarlos por ahora", keepHint: "Quedan como están hasta el {date}. Después los borramos.",
	erase: "Borrarlos ahora", eraseHint: "Dispositivos, programas, ajustes, nombres: todo. No se pueden recuperar. La lista de lo que se hizo queda, para que usted pueda comprobarla.",
	nameLabel: "Escriba el nombre de su empresa: {customer}", nameFault: "Este no es el nombre. Escríbalo como aparece: {customer}", dataFault: "Elija qué pasa con los datos.",
	endButton: "Retirar todo", cancel: "Volver sin cambiar nada",
	proofTitle: "Usted retiró su permiso", proofLead: "Esta página es su prueba. Guarde su dirección o imprímala: no necesita iniciar sesión.",
	facts:   [7]string{"Empresa", "Número de inquilino", "Retirado", "Por", "Datos", "En Microsoft", "Borrado entre"},
	deleted: "Todo borrado: {date}", deleting: "Se están borrando ahora. Esta página mira de nuevo sola.", kept: "Guardados hasta el {date}. Después se borran.", ended: "Desde entonces usted dio permiso otra vez. Esta página muestra lo que fue.",
	gone: "Ya no está. Microsoft ya no conocía nuestro programa en su empresa ({date}).", still: "Todavía estaba cuando preguntamos ({date}).", notAsked: "Todavía no tenemos respuesta de Microsoft.",
	lookAgain: "Preguntar otra vez a Microsoft", removeTitle: "Cómo quitar el programa en Microsoft",
	tableTitle: "Lo que se borró", tableColumns: [2]string{"Tabla", "Filas"}, total: lang.Plurals{One: "%d fila", Other: "%d filas"},
	keptTitle: "Lo que guardamos para poder probarlo",
	keptItems: [4]string{"El nombre y el número de su empresa.", "La lista de lo que se hizo, que usted puede comprobar.", "Esta página.", "Qué personas de {partner} podían ver su empresa."},
}
