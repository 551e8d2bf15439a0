package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.StringUser;
import io.sunaba.guest.protocol.User;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who a container knows by name: its /etc/passwd and /etc/group.
final class Users {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
    private static final long HIGHEST_ID = 0xffff_fffeL;
    private static final int MAX_BYTES = 1 << 20;

    private record Account(String name, long uid, long gid) {}

    private record Group(String name, long gid, List<String> members) {}

    private final List<Account> accounts;
    private final List<Group> groups;

    private Users(List<Account> accounts, List<Group> groups) {
        this.accounts = accounts;
        this.groups = groups;
    }

    /// Finds out what numbers a process gets.
    ///
    /// @param root of the container's files, which may have been made to mislead
    /// @param given by number; of use are the additional groups
    /// @param wanted by number or name; no group means the one that the user is in
    static User lookUp(SystemCalls calls, Path root, User given, StringUser wanted)
            throws IOException {
        List<Account> accounts =
                read(calls, root, "/etc/passwd").stream()
                        .filter(line -> line.length >= 4 && isId(line[2]) && isId(line[3]))
                        .map(line -> new Account(line[0], id(line[2]), id(line[3])))
                        .toList();
        List<Group> groups =
                read(calls, root, "/etc/group").stream()
                        .filter(line -> line.length >= 3 && isId(line[2]))
                        .map(line ->
                                new Group(
                                        line[0],
                                        id(line[2]),
                                        line.length < 4 ? List.of() : List.of(line[3].split(","))))
                        .toList();
        return new Users(accounts, groups).user(given, wanted);
    }

    private User user(User given, StringUser wanted) {
        String name = wanted.getUid();
        Account account = account(name);
        if (account == null && !isId(name)) {
            throw Failures.invalid("no user '" + name + "' in the container's /etc/passwd");
        }
        long uid = account == null ? id(name) : account.uid();
        Set<Long> additional = new TreeSet<>();
        given.getAdditionalGidsList().forEach(gid -> additional.add(Integer.toUnsignedLong(gid)));
        wanted.getAdditionalGidsList().forEach(group -> additional.add(gid(group)));
        long gid = 0;
        if (!wanted.getGid().isEmpty()) {
            gid = gid(wanted.getGid());
        } else if (account != null) {
            gid = account.gid();
            groups.stream()
                    .filter(group -> group.members().contains(account.name()))
                    .forEach(group -> additional.add(group.gid()));
        }
        return User.newBuilder()
                .setUID((int) uid)
                .setGID((int) gid)
                .addAllAdditionalGids(additional.stream().map(Long::intValue).toList())
                .build();
    }

    private @Nullable Account account(String user) {
        for (Account account : accounts) {
            if (isId(user) ? account.uid() == id(user) : account.name().equals(user)) {
                return account;
            }
        }
        return null;
    }

    private long gid(String name) {
        if (isId(name)) {
            return id(name);
        }
        for (Group group : groups) {
            if (group.name().equals(name)) {
                return group.gid();
            }
        }
        throw Failures.invalid("no group '" + name + "' in the container's /etc/group");
    }

    private static boolean isId(String text) {
        return NUMBER.matcher(text).matches() && Long.parseLong(text) <= HIGHEST_ID;
    }

    private static long id(String text) {
        return Long.parseLong(text);
    }

    /// The fields of each line; none if there is no such file.
    private static List<String[]> read(SystemCalls calls, Path root, String path)
            throws IOException {
        int descriptor;
        try {
            descriptor = calls.openInRoot(root.toString(), path, SystemCalls.O_PATH);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.ENOENT) {
                return List.of();
            }
            throw e;
        }
        try {
            // It is only found yet: opening a device or a pipe could have consequences.
            Path file = Path.of("/proc/self/fd", Integer.toString(descriptor));
            if (!Files.isRegularFile(file)) {
                throw Failures.invalid("the container's " + path + " is not a file");
            }
            return lines(file, path);
        } finally {
            calls.close(descriptor);
        }
    }

    private static List<String[]> lines(Path file, String path) throws IOException {
        byte[] bytes;
        try (InputStream stream = Files.newInputStream(file)) {
            bytes = stream.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw Failures.invalid(
                    "the container's " + path + " has more than " + MAX_BYTES + " bytes");
        }
        List<String[]> lines = new ArrayList<>();
        new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> lines.add(line.split(":", -1)));
        return lines;
    }
}
