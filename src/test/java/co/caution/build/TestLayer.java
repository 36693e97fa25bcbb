package co.caution.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A layer of an image, entry by entry. */
final class TestLayer {

    private record Member(TarArchiveEntry entry, byte[] content) {}

    private final List<Member> members = new ArrayList<>();

    TestLayer directory(String name, int mode, int uid, int gid) {
        return add(name + "/", TarConstants.LF_DIR, mode, uid, gid, "", "");
    }

    TestLayer directory(String name) {
        return directory(name, 0755, 0, 0);
    }

    TestLayer file(String name, String content) {
        return file(name, 0644, 0, 0, content);
    }

    TestLayer file(String name, int mode, int uid, int gid, String content) {
        return add(name, TarConstants.LF_NORMAL, mode, uid, gid, "", content);
    }

    TestLayer symlink(String name, String target) {
        return add(name, TarConstants.LF_SYMLINK, 0777, 0, 0, target, "");
    }

    TestLayer hardLink(String name, String target) {
        return add(name, TarConstants.LF_LINK, 0644, 0, 0, target, "");
    }

    TestLayer device(String name) {
        return add(name, TarConstants.LF_CHR, 0600, 0, 0, "", "");
    }

    TestLayer withAttribute(String name, String value) {
        members.getLast().entry().addPaxHeader("SCHILY.xattr." + name, value);
        return this;
    }

    private TestLayer add(String name, byte type, int mode, int uid, int gid, String target, String content) {
        var entry = new TarArchiveEntry(name, type, true);
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        entry.setMode(mode);
        entry.setUserId(uid);
        entry.setGroupId(gid);
        entry.setLinkName(target);
        entry.setSize(bytes.length);
        members.add(new Member(entry, bytes));
        return this;
    }

    Path write(Path to, String encoding) throws IOException {
        try (var out = new TarArchiveOutputStream(Files.newOutputStream(to), encoding)) {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Member member : members) {
                out.putArchiveEntry(member.entry());
                out.write(member.content());
                out.closeArchiveEntry();
            }
        }
        return to;
    }
}
