package campaign_test

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestCheckAudience(t *testing.T) {
	for _, name := range []string{
		"Žrtve", "žrtva", "Žrtve trgovine ljudima", "Žrtve trgovine", "Жртве трговине људима", "zrtve nasilja", "Žrtve i svedoci", "Svedoci i žrtve", "Lista žrtava",
		"Maloletne žrtve", "Preživeli", "Преживеле жене", "Učenici", "Učenici OŠ Vuk Karadžić", "Ученице гимназије", "Nastavnici i učenici", "Adrese učenika",
		"Kontakti sa žrtvama", "Novosti za učenike", "Đaci", "Deca", "Деца из дома", "Roditelji, deca", "Maloletnici 2026", "Organizacije i žrtve", "Pozivaoci SOS telefona",
		"Žrtve trgovine decom", "Žrtve: podrška",
		"Victims", "Victims of trafficking", "Trafficking victims", "Victims/witnesses", "Journalists and victims", "Child victims", "Victim", "Victim contacts", "Child – contacts", "Žrtve–svedoci",
		"Victims' addresses", "Survivors (2026)", "Pupils", "School children", "Pupils and parents", "Children", "Parents and children", "Minors", "Helpline callers", "Hotline callers",
		"Victimes", "Victimes de la traite", "Élèves du lycée", "Enfants", "Parents et enfants", "Mineurs isolés", "Survivantes", "Liste des victimes",
	} {
		if err := campaign.CheckAudience(name); campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%q is taken: %v", name, err)
		}
	}
	for _, name := range []string{
		"", "Press", "Novinari", "Škole", "Образовање", "Podrška žrtvama – partnerske organizacije", "Podrška za žrtve", "Centar za zaštitu žrtava trgovine ljudima",
		"Центар за заштиту жртава", "Udruženje žrtava i svedoka", "Organizacije koje pomažu žrtvama", "Roditelji učenika", "Nastavnici i roditelji učenika", "Prava deteta",
		"Centar za prava deteta", "Prava žena i dece", "Zaštita dece", "Prijatelji dece Srbije", "Mediji za decu", "TV za decu", "Dečji časopisi", "Novinari – trgovina decom",
		"Protiv trgovine decom", "Učeničke novine", "Škola 3 – učitelji",
		"Victim support", "Victim support organisations", "Victims' rights", "Victims support", "Support for victims", "Victim and witness support", "Organisations helping victims",
		"NGOs for women and children", "Child protection", "Children's rights NGOs", "Children’s hospitals", "Child psychologists", "Parents of pupils", "Save the Children",
		"Journalists who cover victims", "Trafficking in human beings", "Trafficking of children", "Minor outlets", "Childcare",
		"Aide aux victimes", "Associations d’aide aux victimes", "Parents d'élèves", "Droits de l'enfant", "Droits des femmes et des enfants", "Protection de l’enfance", "SOS Villages d'enfants",
		"partner", "school",
	} {
		if err := campaign.CheckAudience(name); err != nil {
			t.Errorf("%q is refused: %v", name, err)
		}
	}
}
