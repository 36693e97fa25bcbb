package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.project.Manifest;
import co.caution.project.Procfile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ImageConfigTest {

    @TempDir
    Path directory;

    private RootFs fs = new RootFs();

    @BeforeEach
    void anImage() throws Exception {
        Path layer = new TestLayer()
                .directory("usr")
                .directory("usr/bin")
                .symlink("bin", "usr/bin")
                .file("usr/bin/app", 0755, 0, 0, "static")
                .symlink("usr/bin/alias", "/bin/app")
                .file("usr/bin/plain", "not executable")
                .file("usr/bin/script", 0755, 0, 0, "#! /bin/missing -x\n")
                .directory("srv")
                .directory("etc")
                .file("etc/passwd", "root:x:0:0::/:/bin/sh\nweb:x:33:34::/:/bin/false\n")
                .file("etc/group", "root:x:0:\nweb:x:34:\nlogs:x:50:other,web\nmore:x:40:web\n")
                .write(directory.resolve("layer.tar"), "UTF-8");
        try (var log = new BuildLog(directory.resolve("build.log"), BuildListener.SILENT)) {
            fs = Flattener.flatten(List.of(layer), log);
        }
    }

    private ImageConfig config(String json, String procfile) throws Exception {
        return ImageConfig.of(
                JsonMapper.shared().readTree(json.replace('\'', '"')), Procfile.parse(procfile.replace("\\n", "\n")), fs);
    }

    @Test
    void theImageSaysHowItStarts() throws Exception {
        ImageConfig config = config(
                "{'Entrypoint':['/usr/bin/app'],'Cmd':['-x'],'Env':['PATH=/bin','A=1'],'User':'web',"
                        + "'WorkingDir':'/srv/','ExposedPorts':{'8080/tcp':{},'53/udp':{}}}",
                "env: A=2\\nenv: B=3");

        assertThat(config).isEqualTo(new ImageConfig(
                List.of("/usr/bin/app", "-x"),
                List.of("PATH=/bin", "A=2", "B=3"),
                "/srv",
                new Manifest.User(33, 34, List.of(40L, 50L)),
                List.of(8080)));
    }

    @Test
    void theProcfileWins() throws Exception {
        ImageConfig config = config("{'Entrypoint':['/nowhere'],'ExposedPorts':{'1/tcp':{},'2/tcp':{}}}", "run: alias a b\\nports: 90, 80");

        assertThat(config.argv()).containsExactly("/usr/bin/alias", "a", "b");
        assertThat(config.ports()).containsExactly(90, 80);
        assertThat(config.workdir()).isEqualTo("/");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "'' ~ 0 ~ 0 ~ []",
        "'33' ~ 33 ~ 34 ~ [40, 50]",
        "'33:50' ~ 33 ~ 50 ~ []",
        "'web:logs' ~ 33 ~ 50 ~ []",
        "'1000' ~ 1000 ~ 0 ~ []",
        "'1000:1001' ~ 1000 ~ 1001 ~ []",
    })
    void usersBecomeNumbers(String user, long uid, long gid, String groups) throws Exception {
        Manifest.User resolved = config("{'Cmd':['app'],'User':'" + user + "'}", "").user();

        assertThat(resolved.uid()).isEqualTo(uid);
        assertThat(resolved.gid()).isEqualTo(gid);
        assertThat(resolved.groups()).hasToString(groups);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "{} ~ `` ~ the image has neither ENTRYPOINT nor CMD",
        "{} ~ run: /bin/none ~ /bin/none is not in the image",
        "{} ~ run: none ~ is in none of the image's PATH directories",
        "{} ~ run: /usr ~ /usr is a directory",
        "{} ~ run: /bin/plain ~ /bin/plain may not be executed (mode 644)",
        "{} ~ run: script ~ is started by /bin/missing, which is not in the image",
        "{'Cmd':['app'],'User':'nobody'} ~ `` ~ is not in its /etc/passwd",
        "{'Cmd':['app'],'User':'web:none'} ~ `` ~ the group",
        "{'Cmd':['app'],'WorkingDir':'/none'} ~ `` ~ WORKDIR /none is not a directory",
        "{'Cmd':['app'],'ExposedPorts':{'2/tcp':{},'10/tcp':{}}} ~ `` ~ exposes the ports 2, 10 and nothing says which is HTTP",
        "{'Cmd':['app'],'ExposedPorts':{'49501/tcp':{}}} ~ `` ~ Ports 49500-49600 are reserved",
    })
    void whatCannotStartIsRefused(String json, String procfile, String message) {
        assertThatThrownBy(() -> config(json, procfile))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining(message);
    }
}
