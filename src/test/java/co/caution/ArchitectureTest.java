package co.caution;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the design's table of rooms: what each may use. */
class ArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("co.caution");

    /** Room → rooms that it may use. */
    private static final Map<String, List<String>> ROOMS = new TreeMap<>(Map.ofEntries(
            Map.entry("eif", List.of()),
            Map.entry("attestation", List.of("eif")),
            Map.entry("project", List.of()),
            Map.entry("trust", List.of()),
            Map.entry("sshkey", List.of()),
            Map.entry("packages", List.of()),
            Map.entry("enclaveos", List.of("eif", "packages")),
            Map.entry("build", List.of("eif", "project", "enclaveos", "packages")),
            Map.entry("explain", List.of("eif", "project")),
            Map.entry("verify", List.of("attestation", "build", "explain", "project", "packages", "eif", "enclaveos", "sshkey")),
            Map.entry("connect", List.of("verify")),
            Map.entry("hosting", List.of("eif", "attestation", "enclaveos")),
            Map.entry("audit", List.of("paging")),
            Map.entry("paging", List.of()),
            Map.entry("cloud", List.of("audit", "paging")),
            Map.entry("client", List.of()),
            Map.entry("account", List.of("audit", "client", "paging", "sshkey")),
            Map.entry("app", List.of("audit", "build", "hosting", "attestation", "eif", "project", "enclaveos", "packages", "paging")),
            Map.entry("backup", List.of("app", "audit")),
            Map.entry("words", List.of("build")),
            Map.entry("git", List.of("account", "app", "audit", "client", "sshkey", "words")),
            Map.entry("relay", List.of("app", "client", "hosting", "attestation", "enclaveos")),
            Map.entry("gateway", List.of("account", "app", "audit", "cloud", "client", "paging", "relay", "git", "hosting", "sshkey", "words"))));

    /** An auditor can read these without knowing what a web framework is. */
    private static final List<String> PLAIN = List.of("eif", "attestation", "project", "packages", "enclaveos", "build", "explain", "verify", "trust", "connect");

    @TestFactory
    List<DynamicTest> aRoomUsesOnlyTheRoomsBelowIt() {
        var tests = new ArrayList<DynamicTest>();
        ROOMS.forEach((room, mayUse) -> tests.add(DynamicTest.dynamicTest(room, () -> {
            var forbidden = new ArrayList<String>();
            for (String other : ROOMS.keySet()) {
                if (!other.equals(room) && !mayUse.contains(other)) {
                    forbidden.add("co.caution." + other + "..");
                }
            }
            forbidden.add("co.caution.cli..");
            noClasses().that().resideInAPackage("co.caution." + room + "..")
                    .should().dependOnClassesThat().resideInAnyPackage(forbidden.toArray(String[]::new))
                    .check(CLASSES);
        })));
        return tests;
    }

    @Test
    void theTrustRoomsKnowNothingOfSpringDatabasesAndServers() {
        var packages = PLAIN.stream().map(room -> "co.caution." + room + "..").toArray(String[]::new);
        noClasses().that().resideInAnyPackage(packages)
                .should().dependOnClassesThat().resideInAnyPackage(
                        "org.springframework..", "java.sql..", "javax.sql..", "jakarta..", "org.apache.sshd..", "com.sun.net.httpserver..")
                .check(CLASSES);
    }

    @Test
    void imagesAndEvidenceNeedNothingBeyondTheJdkAndTheNamedLibraries() {
        classes().that().resideInAPackage("co.caution.eif..")
                .should().onlyDependOnClassesThat().resideInAnyPackage("co.caution.eif..", "java..", "org.jspecify..")
                .check(CLASSES);
        classes().that().resideInAPackage("co.caution.attestation..")
                .should().onlyDependOnClassesThat().resideInAnyPackage("co.caution.attestation..", "co.caution.eif..",
                        "java..", "javax..", "org.jspecify..", "COSE..", "com.upokecenter.cbor..", "org.bouncycastle..", "com.amazon.corretto..")
                .check(CLASSES);
    }

    /** A read from a pipe holds the carrier: on two cores two silent programs would stop every request. */
    @Test
    void whatAProgramSaysIsReadOnAThreadOfTheSystem() {
        var readsPrograms = DescribedPredicate.<JavaClass>describe("read what a program says", type ->
                type.getMethodCallsFromSelf().stream().anyMatch(call -> call.getTargetOwner().isEquivalentTo(Process.class)
                        && List.of("getInputStream", "getErrorStream", "inputReader", "errorReader").contains(call.getName())));
        noClasses().that(readsPrograms).should().callMethod(Thread.class, "ofVirtual").check(CLASSES);
    }

    @Test
    void thePictureInTheDocsShowsThisTable() throws IOException {
        var picture = new StringBuilder("```mermaid\ngraph LR\n");
        ROOMS.forEach((room, mayUse) -> mayUse.forEach(used -> picture.append("  " + room + " --> " + used + "\n")));
        assertThat(Path.of("docs/decisions/0001-rooms.md")).content().contains(picture + "```\n");
    }

    @Test
    void noTwoRoomsNeedEachOther() {
        slices().matching("co.caution.(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
