package io.sunaba.core.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RootfsImagesTest {
    @TempDir Path directory;
    private Path tree;
    private Path cache;
    private RootfsImages images;

    @BeforeEach
    void makeTree() throws Exception {
        tree = Files.createDirectory(directory.resolve("tree"));
        cache = directory.resolve("data/images");
        images = new RootfsImages(cache, program(""));
        shell(
                """
                mkdir -p etc bin 'a b/c' empty
                echo root > etc/passwd
                echo "sh" > bin/sh; chmod 751 bin/sh; ln bin/sh bin/bash
                ln -s etc/passwd link; ln -s nowhere dangling; ln -s . loop
                printf x > "$(printf 'new\\nline')"; printf y > "$(printf '\\303\\274')"
                mkfifo fifo; : > zero; head -c 3000000 /dev/urandom > big
                touch -d '2001-02-03 04:05:06.789' etc/passwd; touch -d 2002-01-01 etc
                chmod 700 'a b'; chmod 1777 empty; chmod 600 zero
                """);
    }

    @Test
    void keepsEverythingOfATree() throws Exception {
        Path image = images.image(tree);

        String extract = "umask 0; fsck.erofs --extract=../extracted " + image + " >/dev/null";
        shell(extract);
        assertThat(shell("cd ../extracted; " + LISTING)).isEqualTo(shell(LISTING)).contains("big");
        shell("diff --no-dereference -r -x fifo . ../extracted");
        assertThat(image).isReadable().hasFileName(Sha256.of(image) + ".erofs");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
                .isEqualTo("rwx------");
    }

    private static final String LISTING =
            """
            find . -printf '%P|%y|%m|%U:%G|%T@|%l|' \\( -type f -printf '%s\\0' -o -printf '\\0' \\) | sort -z
            """;

    @Test
    void packsAnUnchangedTreeOnce() throws Exception {
        Path image = images.image(tree);
        Path link = Files.createSymbolicLink(directory.resolve("linked"), tree);

        assertThat(images.image(tree)).isEqualTo(image);
        assertThat(images.image(link)).isEqualTo(image);
        assertThat(new RootfsImages(cache, program("")).image(tree)).isEqualTo(image);
        assertThat(packings()).isEqualTo(1);
    }

    @Test
    void sharesAnImageBetweenEqualTrees() throws Exception {
        shell("cp -a . ../copy");

        assertThat(images.image(directory.resolve("copy"))).isEqualTo(images.image(tree));
        assertThat(files(".erofs")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "touch -r etc/passwd ../time; echo ROOT > etc/passwd; touch -r ../time etc/passwd",
                "chmod u+s bin/sh",
                "mv zero one",
                "rm dangling; ln -s elsewhere dangling",
                "rmdir 'a b/c'",
                "touch -d 2003-01-01 etc",
                "mkdir .hidden",
            })
    void noticesEveryChange(String change) throws Exception {
        Path before = images.image(tree);
        shell(change);

        Path after = images.image(tree);

        assertThat(after).isNotEqualTo(before).exists();
        assertThat(before).exists();
        assertThat(packings()).isEqualTo(2);
    }

    @Test
    void packsOnceForConcurrentRequests() throws Exception {
        shell("for i in 1 2 3 4; do mkdir ../tree$i; echo $i > ../tree$i/file; done");
        Set<Path> made = ConcurrentHashMap.newKeySet();
        List<Callable<Boolean>> requests =
                Stream.iterate(0, i -> i + 1)
                        .limit(40)
                        .<Callable<Boolean>>map(
                                i -> () -> made.add(images.image(numbered(i % 4 + 1))))
                        .toList();

        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> request : callers.invokeAll(requests)) {
                request.get();
            }
        }

        assertThat(made).hasSize(4);
        assertThat(packings()).isEqualTo(4);
        assertNoDrafts();
    }

    @Test
    void packsAgainWhatChangedMeanwhile() throws Exception {
        String changeOnce = "[ -e %1$s/late ] || echo late > %1$s/late".formatted(tree);
        RootfsImages changed = new RootfsImages(cache, program(changeOnce));

        Path image = changed.image(tree);

        assertThat(packings()).isEqualTo(2);
        assertThat(files(".erofs")).containsExactly(image);
        shell("fsck.erofs --extract=../extracted " + image + " >/dev/null; cat ../extracted/late");
    }

    @Test
    void givesUpOnWhatDoesNotStopChanging() throws Exception {
        RootfsImages changing =
                new RootfsImages(cache, program("date +%%N >> %s/etc/passwd".formatted(tree)));

        assertThatThrownBy(() -> changing.image(tree))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("rootfs %s changes while it is packed: stop what writes to it", tree);
        assertThat(files("")).isEmpty();
    }

    @Test
    void passesOnWhatThePackerSaid() throws Exception {
        RootfsImages failing =
                new RootfsImages(
                        cache, program("echo first >&2; echo '<E> erofs: no space' >&2; exit 3"));
        RootfsImages killed = new RootfsImages(cache, program("kill -9 $$"));

        assertThatThrownBy(() -> failing.image(tree))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(
                        "cannot pack rootfs %s: mkfs.erofs failed with status 3: no space", tree);
        assertThatThrownBy(() -> killed.image(tree))
                .hasMessage(
                        "cannot pack rootfs %s: mkfs.erofs was ended by signal 9: it said nothing",
                        tree);
        assertThatThrownBy(() -> new RootfsImages(cache, "mkfs.absent").image(tree))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("mkfs.absent is not installed: it comes with the package erofs-utils");
        assertThat(files("")).isEmpty();
    }

    @Test
    void endsThePackerWhenInterrupted() throws Exception {
        Path started = directory.resolve("started");
        shell("mkfifo " + started);
        RootfsImages stuck =
                new RootfsImages(
                        cache, program("echo $$ > " + started + "; exec tail -f /dev/null"));
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                stuck.image(tree);
                            } catch (InterruptedException e) {
                                interrupted.countDown();
                            }
                        });
        long pid = Long.parseLong(Files.readString(started).strip());
        ProcessHandle packer = ProcessHandle.of(pid).orElseThrow();

        caller.interrupt();
        caller.join();

        assertThat(interrupted.getCount()).isZero();
        assertThat(packer.onExit().get().isAlive()).isFalse();
        assertThat(files("")).isEmpty();
        assertThat(images.image(tree)).exists();
    }

    @Test
    void refusesWhatIsNoRootfs() throws IOException {
        assertThatThrownBy(() -> images.image(directory.resolve("none")))
                .isInstanceOf(RejectedException.class)
                .hasMessage("rootfs %s/none does not exist", directory);
        assertThatThrownBy(() -> images.image(tree.resolve("big")))
                .isInstanceOf(RejectedException.class)
                .hasMessage("rootfs %s/big is not a directory", tree);
        assertThatThrownBy(() -> images.image(directory))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "rootfs %s holds the images themselves: choose another directory",
                        directory);
        assertThatThrownBy(() -> images.image(Path.of("/dev")))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith(
                        "rootfs /dev cannot be packed: another file system is mounted at /dev/");
        assertThat(files("")).isEmpty();
    }

    @Test
    void namesAFileThatItMayNotRead() throws Exception {
        Path secret = tree.resolve("bin/secret");
        shell("echo secret > bin/secret; chmod 0 bin/secret");

        // The superuser may read everything.
        if (Files.isReadable(secret)) {
            assertThat(images.image(tree)).exists();
        } else {
            assertThatThrownBy(() -> images.image(tree))
                    .isInstanceOf(RejectedException.class)
                    .hasMessage(
                            "rootfs %s cannot be packed: no permission to read %s", tree, secret);
        }
        assertNoDrafts();
    }

    @Test
    void takesManyFilesAndNone() throws Exception {
        shell("mkdir many; cd many; seq 20000 | xargs touch");
        Path empty = Files.createDirectory(directory.resolve("nothing"));

        Path image = images.image(tree);

        assertThat(shell("dump.erofs -s " + image)).containsPattern("inode count: +200[0-9][0-9]");
        assertThat(images.image(empty)).exists();
    }

    @Test
    void removesTheDraftsOfACrash() throws IOException {
        Files.createFile(cache.resolve("draft-1"));
        Files.createFile(cache.resolve("draft-1.log"));
        Path image = Files.createFile(cache.resolve("0.erofs"));

        RootfsImages _ = new RootfsImages(cache);

        assertThat(files("")).containsExactly(image);
    }

    @Test
    void cannotOpenACacheBelowAFile() {
        assertThatThrownBy(() -> new RootfsImages(tree.resolve("big/images")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("cannot open the rootfs images in %s/big/images: ", tree);
    }

    private Path numbered(int number) {
        return directory.resolve("tree" + number);
    }

    /// A packer that counts its runs, does something, and goes on as mkfs.erofs.
    private String program(String first) throws IOException {
        Path script = Files.createTempFile(directory, "mkfs", "");
        Files.writeString(
                script,
                """
                #!/bin/sh
                echo run >> %s/packings
                %s
                exec mkfs.erofs "$@"
                """
                        .formatted(directory, first));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script.toString();
    }

    private int packings() throws IOException {
        return Files.readAllLines(directory.resolve("packings")).size();
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }

    private void assertNoDrafts() throws IOException {
        assertThat(files(""))
                .allSatisfy(file -> assertThat(file.toString()).matches(".*\\.(erofs|tree)"));
    }

    /// Runs a script in the tree.
    private String shell(String script) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("sh", "-e", "-c", script)
                        .directory(tree.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor()).as("%s: %s", script, output).isZero();
        return output;
    }
}
