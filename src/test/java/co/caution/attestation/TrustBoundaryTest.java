package co.caution.attestation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.Security;
import org.junit.jupiter.api.Test;

/** What verifies what, held by the classes themselves. */
class TrustBoundaryTest {

    private final JavaClasses room = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("co.caution.attestation");

    @Test
    void cose_java_and_nothing_else_verifies_documents() {
        classes().that().haveSimpleName("CoseSign1").should()
                .callMethod(COSE.Sign1Message.class, "validate", COSE.OneKey.class)
                .check(room);
        noClasses().that().haveSimpleName("CoseSign1").should().dependOnClassesThat().haveFullyQualifiedName("java.security.Signature")
                .check(room);
    }

    @Test
    void bouncy_castle_only_makes_certificates_and_no_provider_is_installed() {
        noClasses().that().doNotHaveSimpleName("ChainIssuer").and().haveNameNotMatching(".*ChainIssuer\\$.*")
                .should().dependOnClassesThat().resideInAPackage("org.bouncycastle..").check(room);
        noClasses().should().callMethod(Security.class, "addProvider", java.security.Provider.class).check(room);
        assertThat(Security.getProvider("BC")).isNull();
    }
}
