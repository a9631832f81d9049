package contactfile

import (
	"slices"
	"strings"
	"sync"
)

// standingNames are the names of columns that say whether somebody may be written to, in English, Serbian and French and as
// the known tools export them, as headerKey writes them.
var standingNames = map[Meaning]string{
	Status: "status subscriptionstatus subscriberstatus memberstatus contactstatus emailstatus mailstatus mailingstatus emailmarketingstatus marketingstatus " +
		"subscription emailsubscriberstatus emailsubscription optinstatus consentstatus optoutstatus deliverystatus emailpermissionstatus listmembershipstatus " +
		"statuspretplate statuskontakta statusprijave statuspretplatnika statusclana pretplata stanjepretplate " +
		"statut statutabonnement statutdabonnement statutdelabonnement abonnement statutducontact statutemail statutdelemail",
	Left: "crnalista unsubscribed unsubscribe unsub unsubscribedate isunsubscribed globallyunsubscribed optout optouts optedout emailoptout hasoptedoutofemail optedoutofemail hasoptedout mailoptout donotmail donotemail donotcontact " +
		"donotsend dontmail dontemail dontcontact dnd dnc dne dnm nomail noemail nocontact nonewsletter nomailing nomailings nobulkemail donotbulkemail blocklisted blacklisted blacklist blocklist " +
		"blocked emailblacklisted emailblocklisted suppressed disabled deactivated inactive left leftlist leftlists hasleft objected objection objects withdrawn consentwithdrawn revoked noconsent removeme " +
		"odjavljen odjavljena odjavljeni odjavljene odjavljeno odjava odjavio odjavila odjaviose odjavilase ispisan ispisana ispis neslati nesalji nesaljite neslatimejl neslatimail neslatiemail neslatimejlove neslatimailove " +
		"neslativise neslatiposte nemojslati nemojteslati nezeli nezelimejlove nezelimail neprima neprimati neprimamail neprimamejlove nekontaktirati nekontaktiraj nepisati nemejlovati zabrana zabranaslanja " +
		"blokiran blokirana blokirani iskljucen iskljucena neaktivan neaktivna odbio odbila odbijeno bezsaglasnosti povucenasaglasnost saglasnostpovucena opozvanasaglasnost napustio napustila otkazao otkazala otkazano prigovor " +
		"desabonne desabonnee desabonnes desinscrit desinscrite desinscrits desinscription desabonnement nepascontacter nepasenvoyer neplusenvoyer neplusecrire nepasecrire neplussolliciter refus refuse refuseemail " +
		"bloque bloquee listenoire listerouge opposition oppose opposee consentementretire sansconsentement retrait inactif inactive nonabonne",
	Consent: "consent consents gdpr gdprconsent consentgdpr optin optins optedin emailoptin mailoptin newsletteroptin marketingoptin doubleoptin marketingconsent emailconsent mailconsent emailmarketingconsent marketingpermission marketingpermissions emailpermission permission permissions permissiontomail " +
		"acceptsmarketing acceptsemailmarketing acceptsemail acceptsemails acceptsnewsletter subscribed issubscribed subscribe receivesnewsletter receivenewsletter receivesemail mayemail maymail maywrite maycontact canemail cancontact contactable mailable emailable marketable sendmail sendemail sendnewsletter agreed agrees allowemail allowemails wantsemail wantsnewsletter " +
		"saglasnost saglasnosti saglasan saglasna saglasnostzaslanje pristanak pristao pristala prihvata prihvatio dozvola dozvoljeno dozvolazaslanje slati slatimejl slatimail slatimejlove slatibilten slatiemail salji saljese saljemo prima primati primamejlove primabilten primanewsletter zeli zelibilten zelimejlove zelidaprima pretplacen pretplacena pretplaceni prijavljen prijavljena upisan gdprsaglasnost saglasnostgdpr mozeslati smeslati smemoslati " +
		"consentement accord accorddonne autorisation autorise accepte acceptelanewsletter accepteemail inscrit inscrite abonne abonnee rgpd consentementrgpd recevoirlanewsletter souhaiterecevoir recoitlanewsletter",
	Confirmed: "confirmed isconfirmed emailconfirmed confirmedemail verified emailverified potvrdjen potvrdjena potvrdjeno potvrdjenaadresa confirme confirmee emailconfirme",
	Bounced: "onhold bounced bounce bounces isbounced hardbounce hardbounces hardbounced bouncecount bouncecounter numberofbounces cleaned cleantime cleancampaigntitle cleancampaignid cleanedat cleandate bouncedat bouncedon bouncedate bouncereason bouncetype undeliverable undelivered invalid invalidemail invalidaddress emailinvalid deadaddress dead unreachable " +
		"vraceno vracen vracena vracenmejl vracenmail mejlvracen mailvracen mejlsevraca neisporuceno neisporuciva neispravan neispravna neispravnaadresa nepostojeca nepostoji neispravanmejl " +
		"rebond rebonds rebondi rebonddur rebondsdurs invalide adresseinvalide emailinvalide npai nondelivre nondistribue",
	Complained: "complained complaint complaints complainedat complaintdate spam spamcomplaint spamcomplaints spamreport spamreported markedasspam reportedspam reportedasspam abuse abusecomplaint abusereport junk " +
		"prijaviospam prijavilaspam spamprijava prijavazaspam zalba plainte plaintes plaintespam plaintepourspam signalespam signalecommespam signalement",
}

// weakNames are names that mean something else as often: the column's first cells have to say that it is what it is called.
var weakNames = map[string]Meaning{
	"valid": Status, "isvalid": Status, "emailvalid": Status, "isemailvalid": Status, "deliverable": Status, "ispravan": Status, "ispravna": Status, "clanstvo": Status, "membership": Status,
	"newsletter": Consent, "newsletters": Consent, "bilten": Consent, "infolettre": Consent, "mailing": Consent, "mailinglist": Consent, "active": Status, "isactive": Status, "aktivan": Status, "aktivna": Status, "aktivno": Status,
	"actif": Status, "enabled": Status, "odobreno": Consent, "marketing": Consent, "prijava": Consent, "lettredinformation": Consent, "mejlovi": Consent, "emails": Consent,
	"deleted": Left, "removed": Left, "archived": Left, "obrisan": Left, "obrisana": Left, "izbrisan": Left, "supprime": Left, "exclu": Left, "stop": Left,
}

// besideConsent are parts of the names of columns that tell something about a consent, and not whether there is one.
var besideConsent = strings.Fields("source izvor text tekst version verzij obrazac url link date datum vreme campaign reference proof dokaz note napomen latitude longitude language jezik")

// besideConsentEnds are more of those, at the end of a name.
var besideConsentEnds = strings.Fields("ip by at on form name ime who time")

// whenOrWhy are parts of the names of columns in which any filled cell says yes: when somebody left, or why.
var whenOrWhy = strings.Fields("date datum vreme kada when reason razlog motif campaign kampanj title titre cause uzrok lists")

// whenEnds are more of those, at the end of a name.
var whenEnds = strings.Fields("time edat edon")

// asksWhenOrWhy reports whether any filled cell of a column of that name says yes.
func asksWhenOrWhy(key string) bool { return containsAny(key, whenOrWhy) || endsInAny(key, whenEnds) }

func endsInAny(key string, ends []string) bool {
	return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(key, end) })
}

var standingMeanings = sync.OnceValue(func() map[string]Meaning { return byKey(standingNames) })

// tellsOfConsent reports whether the name of a column says that it only tells something about a consent.
func tellsOfConsent(key string) bool {
	return containsAny(key, besideConsent) || endsInAny(key, besideConsentEnds) && !strings.HasSuffix(key, "ion")
}

func containsAny(key string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(key, p) })
}
