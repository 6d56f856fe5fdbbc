BEGIN TRANSACTION;
CREATE TABLE dossiers (
	numero INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ouvert_le DATE NOT NULL
);
INSERT INTO "dossiers" VALUES(1,'2026-03-01');
INSERT INTO "dossiers" VALUES(2,'2026-03-02');
CREATE TABLE evenements (
	dossier INTEGER NOT NULL, 
	rang INTEGER NOT NULL, 
	nature TEXT NOT NULL, 
	le DATE NOT NULL, 
	contenu TEXT NOT NULL, 
	PRIMARY KEY (dossier, rang), 
	FOREIGN KEY(dossier) REFERENCES dossiers (numero)
);
INSERT INTO "evenements" VALUES(1,1,'produit','2026-03-01','{"au":"2026-03-01","manifeste":"m1","procedure":"injonction_de_payer","total":"1200.00"}');
INSERT INTO "evenements" VALUES(1,2,'depose','2026-03-10','{}');
INSERT INTO "evenements" VALUES(2,1,'inscrit','2026-03-02','{}');
CREATE TABLE identites (
	dossier INTEGER NOT NULL, 
	reference TEXT NOT NULL, 
	debiteur TEXT NOT NULL, 
	creancier TEXT NOT NULL, 
	creancier_physique BOOLEAN NOT NULL, 
	PRIMARY KEY (dossier), 
	FOREIGN KEY(dossier) REFERENCES dossiers (numero), 
	UNIQUE (reference)
);
INSERT INTO "identites" VALUES(1,'2026-0042','Comptoir Lune','Atelier Lumen',0);
INSERT INTO "identites" VALUES(2,'2026-0043','Jeanne Tilleul','Paul Orme',1);
CREATE TABLE mentions (
	dossier INTEGER NOT NULL, 
	rang INTEGER NOT NULL, 
	texte TEXT NOT NULL, 
	PRIMARY KEY (dossier, rang), 
	FOREIGN KEY(dossier, rang) REFERENCES evenements (dossier, rang)
);
INSERT INTO "mentions" VALUES(1,2,'remis au greffe par Mme Tilleul');
CREATE TABLE version_registre (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT version_registre_pkc PRIMARY KEY (version_num)
);
INSERT INTO "version_registre" VALUES('0001');
CREATE TRIGGER dossiers_sans_update BEFORE UPDATE ON dossiers BEGIN SELECT RAISE(ABORT, 'registre en ajout seul'); END;
CREATE TRIGGER dossiers_sans_delete BEFORE DELETE ON dossiers BEGIN SELECT RAISE(ABORT, 'registre en ajout seul'); END;
CREATE TRIGGER evenements_sans_update BEFORE UPDATE ON evenements BEGIN SELECT RAISE(ABORT, 'registre en ajout seul'); END;
CREATE TRIGGER evenements_sans_delete BEFORE DELETE ON evenements BEGIN SELECT RAISE(ABORT, 'registre en ajout seul'); END;
CREATE TRIGGER evenements_a_la_suite BEFORE INSERT ON evenements WHEN NEW.rang <> (SELECT COALESCE(MAX(rang), 0) + 1 FROM evenements WHERE dossier = NEW.dossier) BEGIN SELECT RAISE(ABORT, 'rang hors de la suite'); END;
CREATE TRIGGER dossiers_sans_remplacement BEFORE INSERT ON dossiers WHEN EXISTS (SELECT 1 FROM dossiers WHERE numero = NEW.numero) BEGIN SELECT RAISE(ABORT, 'registre en ajout seul'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('dossiers',2);
COMMIT;
