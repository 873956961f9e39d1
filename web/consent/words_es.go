package consent

import (
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/web/lang"
)

var spanish = words{
	title:     "{partner} pide ocuparse de los dispositivos de {customer}",
	lead:      "Usted es el administrador, así que usted decide. Lea primero esta página. Nada cambia hasta que acepte en la página de Microsoft, y puede retirarlo en cualquier momento.",
	readTitle: "Lo que nuestro programa puede leer", readNote: "Lee por sí solo, día y noche. No puede cambiar nada.",
	seeTitle: "Lo que puede ver una persona que inició sesión", seeNote: "Solo mientras esa persona tiene la sesión abierta en su empresa.",
	changeTitle: "Lo que una persona puede cambiar", changeNote: "Solo una persona con nombre, que inició sesión en su empresa. Su propio registro muestra quién fue.",
	changeNone:   "**Nada.** No pedimos permiso para cambiar nada.",
	purposeTitle: "Por qué lo pedimos", purpose: "{partner} cuida los dispositivos y programas de {customer}. Para eso tenemos que ver cómo están.",
	keptTitle: "Qué guardamos, y cuánto tiempo", kept: [2]string{"Guardamos lo que lee nuestro programa: sus dispositivos, programas y ajustes, con los nombres de las personas de que se trata. También guardamos una lista de lo que nuestro personal hace en su empresa.", "Guardamos los cambios durante **{days} días**. Si retira su consentimiento, no leemos nada más, y usted elige: borramos lo que tenemos enseguida, o después de {days} días. Solo queda la lista de lo que se hizo, como prueba para usted y para nosotros."},
	twice:      "Microsoft le pregunta **más de una vez**: primero por el programa, luego por lo que puede hacer una persona. Puede parar después de la primera.",
	step:       text{"Un paso más", "Miramos en su inquilino el {date}. El programa ya puede leer. Microsoft todavía tiene que preguntarle qué puede hacer una persona con sesión iniciada.", "Continúe y mire la lista siguiente. También puede parar aquí."},
	neverTitle: "Lo que nunca pedimos",
	never:      [3]string{"Correo, calendarios, chats y archivos. No podemos abrirlos.", "Contraseñas. Usted escribe la suya solo en la página de Microsoft.", "El permiso para añadir administradores, o para darnos más permisos."},
	nextTitle:  "Qué pasa después",
	next: [3]string{
		"Usted va a **{host}** e inicia sesión como administrador de {customer}.",
		"Microsoft muestra la lista otra vez con sus propias palabras. El programa se llama **«{program}»**. Si ve otro nombre, pare y pregúntenos. Nada se permite hasta que usted elige «Aceptar».",
		"Usted vuelve aquí. Comprobamos en su empresa lo que de verdad ha concedido, y recibe un **recibo**.",
	},
	agree: "Continuar a Microsoft", disagree: "No estoy de acuerdo", notSure: "¿No está seguro? Envíe esta página a un colega. Abrir el enlace no lo gasta.",
	who: "Quién lo pide", forWhom: "Para", number: "Su número de inquilino (tenant)", until: "Este enlace funciona hasta",
	questions: "Preguntas", takeBack: "Cómo retirarlo", takeBackText: "En su página de pruebas, o en Microsoft Entra, en Aplicaciones empresariales.",
	message: "Un mensaje de {who}", application: "el programa lee por sí solo", delegated: "delegado: solo con una persona que inició sesión",
	evidence: "Abrir su página de pruebas", tryAgain: "Abrir otra vez la página", works: "Lo que ya funciona", notYet: "Lo que no funciona",
	receipt:   receiptWords{readOn: "Leído", granted: "Permitido, en palabras de Microsoft", who: "Quién dio el permiso", whoText: "Microsoft no nos dice qué administrador dio el permiso. Su propio registro de auditoría en Microsoft Entra lo nombra.", head: "Huella de lo que se hizo, línea {n}", verify: "Para comprobarlo más tarde, descargue la lista en su página de pruebas, ejecute «tenantry audit verify» y compare la línea {n}. Imprima esta página para guardarla."},
	takeOther: "Usted dio permiso a nuestro programa «{name}» (id. de aplicación {id}). Ahora trabajamos con otro y ya no lo necesitamos.\n\nUn administrador de {customer} puede retirarlo en Microsoft Entra: Aplicaciones empresariales, «{name}», Propiedades, Eliminar.", otherHolds: "Todavía tiene estos permisos:",
	mailSubject: "{partner} pide su consentimiento",
	mailText:    "Hola:\n\n{partner} le pide, como administrador de {customer}, que permita al programa «{program}» ocuparse de sus dispositivos. La página de este enlace dice qué leemos, qué no pedimos nunca y cómo retirarlo:\n\n{link}\n\nEl enlace funciona hasta {date}. Abrirlo no lo gasta.\n\n{contact}",
	names:       lang.Plurals{One: "El nombre (%d) en palabras de Microsoft", Other: "Los %d nombres en palabras de Microsoft"},
	more:        lang.Plurals{One: "Microsoft muestra una sola lista para todos los clientes, y usted solo puede aceptarla entera. Tiene %d nombre más, que no usamos en su empresa.", Other: "Microsoft muestra una sola lista para todos los clientes, y usted solo puede aceptarla entera. Tiene %d nombres más, que no usamos en su empresa."},
	outcome: map[domain.Result]text{
		domain.Connected:   {"{customer} está conectada", "Miramos en su empresa ({date}): todo lo de la lista está concedido.", "Guarde su página de pruebas. Muestra lo que podemos leer y cómo retirarlo."},
		domain.Partial:     {"{customer} está conectada en parte", "Miramos en su empresa ({date}). Una parte de la lista está concedida y otra no.", "Pregunte a {partner} si hace falta el resto. También puede dejarlo así."},
		domain.Waiting:     {"Su respuesta ha llegado", "Microsoft la está copiando ahora a todas partes. En su empresa todavía no la vemos.", "Espere unos minutos. Esta página mira otra vez por sí sola, y puede cerrarla."},
		domain.Unproven:    {"No vemos su consentimiento", "Usted volvió de Microsoft, pero en su empresa no vemos ningún consentimiento para nuestro programa.", "Abra otra vez la página y busque «Aceptar» en la página de Microsoft."},
		domain.Declined:    {"Usted no aceptó", "No se concedió nada y nada ha cambiado en {customer}.", "Si cambia de opinión, abra otra vez la página. Funciona hasta {until}."},
		domain.NeedsAdmin:  {"Usted no puede decidir esto", "Microsoft dice que su cuenta no puede aceptar por toda la empresa. Nada ha cambiado.", "Envíe el enlace a un administrador global de {customer}."},
		domain.WrongTenant: {"Tenía la sesión abierta en otra empresa", "Este enlace es para {customer} (inquilino {number}). Su sesión era del inquilino {other}. En {customer} no se concedió nada.", "Abra otra vez la página, e inicie sesión con su cuenta de {customer}."},
		domain.Refused:     {"Microsoft no terminó", "Microsoft le envió de vuelta sin respuesta{code}. Nada ha cambiado en {customer}.", "Abra otra vez la página. Si se repite, llame a {partner}."},
		domain.Expired:     {"Ha tardado demasiado", "Pasó más de una hora entre la página y su respuesta, por eso no la tomamos.", "Abra otra vez la página. Funciona hasta {until}."},
		domain.Revoked:     {"Este enlace fue retirado", "{partner} retiró el enlace mientras usted estaba en Microsoft. No hemos mirado en su empresa.", "Pida un enlace nuevo a {partner}."},
		domain.Used:        {"Esta respuesta ya se usó", "Cuenta una sola vez. Lo que hizo sigue igual.", "Abra su página de pruebas para ver lo que está concedido."},
		domain.Unknown:     {"No conocemos esta respuesta", "No pertenece a ningún consentimiento que empezó aquí. Nada ha cambiado.", "Abra el enlace que recibió, y empiece allí."},
	},
	gone: map[domain.LinkState]text{
		domain.LinkExpired: {"Este enlace ha terminado", "Funcionaba hasta {until}. Nada ha cambiado.", "Pida un enlace nuevo a {partner}."},
		domain.LinkRevoked: {"Este enlace fue retirado", "{partner} ya no lo necesita. Nada ha cambiado.", "Pregunte a {partner} si esperaba otra cosa."},
		domain.LinkUsed:    {"Este enlace ya se usó", "Con él se dio el consentimiento. Funciona una sola vez.", "Abra su página de pruebas para ver lo que está concedido."},
	},
	notFound: text{"No conocemos este enlace", "Quizá está cortado o mal escrito.", "Copie el enlace entero del mensaje que recibió."},
}
