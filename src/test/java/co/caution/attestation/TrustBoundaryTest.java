package co.caution.attestation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.properties.HasName;
import java.security.Provider;
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
    void providers_are_passed_along_and_none_is_installed() {
        noClasses().that().doNotHaveSimpleName("ChainIssuer").and().haveNameNotMatching(".*ChainIssuer\\$.*")
                .and().haveNameNotMatching(".*Ecdsa\\$Others")
                .should().dependOnClassesThat().resideInAnyPackage("org.bouncycastle..", "com.amazon..").check(room);
        noClasses().should().callMethod(Security.class, "addProvider", java.security.Provider.class)
                .orShould().callMethod(Security.class, "insertProviderAt", java.security.Provider.class, int.class)
                .orShould().callMethodWhere(JavaCall.Predicates.target(HasName.Predicates.name("install"))).check(room);
        Provider[] before = Security.getProviders(); // the SSH library installs one of its own where it was used
        Ecdsa.fastest();
        assertThat(Security.getProviders()).containsExactly(before);
    }

    /** The JDK's factory accepts more than DER, and remembers what it has read. */
    @Test
    void certificates_of_documents_are_read_by_us_alone() {
        noClasses().that().haveSimpleName("ChainCertificate").or().haveSimpleName("CertificateChain")
                .or().haveSimpleName("EvidenceVerifier").or().haveSimpleName("VerifiedCertificates")
                .should().dependOnClassesThat().resideInAPackage("java.security.cert..").check(room);
    }
}
