package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.sunaba.guest.protocol.StringUser;
import io.sunaba.guest.protocol.User;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersTest {
    private final SystemCalls calls = new LinuxSystemCalls();
    @TempDir private Path directory;
    private Path root = Path.of("");

    @BeforeEach
    void makeRoot() throws Exception {
        root = Files.createDirectory(directory.resolve("root"));
        Files.createDirectory(root.resolve("etc"));
        write(
                "passwd",
                "root:x:0:0::/:/bin/sh\nbroken\nweb:x:33:34::/:/bin/sh\nhigh:x:4294967294:1:::\n");
        write("group", "root:x:0:\nstaff:x:50:web,other\nweb:x:34:\naudio:x:29\n");
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(root.resolve("etc").resolve(name), text);
    }

    private User user(String uid, String gid) throws Exception {
        User given = User.newBuilder().addAdditionalGids(7).build();
        StringUser wanted = StringUser.newBuilder().setUid(uid).setGid(gid).build();
        return Users.lookUp(calls, root, given, wanted);
    }

    private static User of(int uid, int gid, Integer... additional) {
        return User.newBuilder()
                .setUID(uid)
                .setGID(gid)
                .addAllAdditionalGids(List.of(additional))
                .build();
    }

    @Test
    void namesBecomeTheContainersNumbers() throws Exception {
        assertThat(user("web", "")).isEqualTo(of(33, 34, 7, 50));
        assertThat(user("web", "staff")).isEqualTo(of(33, 50, 7));
        assertThat(user("web", "5")).isEqualTo(of(33, 5, 7));
        assertThat(user("12", "audio")).isEqualTo(of(12, 29, 7));
        assertThat(user("high", "")).isEqualTo(of(-2, 1, 7));
    }

    @Test
    void aNumberAloneTakesTheGroupOfItsAccount() throws Exception {
        assertThat(user("33", "")).isEqualTo(of(33, 34, 7, 50));
        assertThat(user("12", "")).isEqualTo(of(12, 0, 7));
        Files.delete(root.resolve("etc/passwd"));
        Files.delete(root.resolve("etc/group"));
        assertThat(user("33", "")).isEqualTo(of(33, 0, 7));
    }

    @Test
    void whoIsUnknownIsNamed() {
        refuses("nonesuch", "", "no user 'nonesuch' in the container's /etc/passwd");
        refuses("", "", "no user ''");
        refuses("web", "nonesuch", "no group 'nonesuch' in the container's /etc/group");
        refuses("4294967295", "", "no user '4294967295'");
    }

    @Test
    void linksLeadNowhereOutOfTheRoot() throws Exception {
        Path passwd = root.resolve("etc/passwd");
        Files.writeString(directory.resolve("passwd"), "web:x:66:66:::\n");
        Files.move(passwd, root.resolve("accounts"));
        Files.createSymbolicLink(passwd, Path.of("/accounts"));
        assertThat(user("web", "web").getUID()).as("as the container sees it").isEqualTo(33);

        Files.delete(passwd);
        Files.createSymbolicLink(passwd, Path.of("../../../passwd"));
        refuses("web", "", "no user 'web'");
        Files.delete(passwd);
        Files.createSymbolicLink(passwd, directory.resolve("passwd"));
        refuses("web", "", "no user 'web'");
    }

    @Test
    void onlyAFileIsOpened() throws Exception {
        Files.delete(root.resolve("etc/passwd"));
        Files.createDirectory(root.resolve("etc/passwd"));
        refuses("web", "", "the container's /etc/passwd is not a file");
    }

    private void refuses(String uid, String gid, String message) {
        assertThatThrownBy(() -> user(uid, gid))
                .hasMessageContaining(message)
                .extracting(Status::fromThrowable)
                .extracting(Status::getCode)
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
}
