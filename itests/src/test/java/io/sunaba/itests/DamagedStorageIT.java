package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Metadata that is damaged keeps no platform from starting, costs no other sandbox, names what is
/// wrong and what helps, and once that was done all is as before.
class DamagedStorageIT {
    /// What becomes of a file.
    enum Damage {
        TRUNCATED {
            @Override
            byte[] of(byte[] content) {
                return Arrays.copyOf(content, content.length / 2);
            }
        },
        EMPTY {
            @Override
            byte[] of(byte[] content) {
                return new byte[0];
            }
        },
        GARBLED {
            @Override
            byte[] of(byte[] content) {
                byte[] garbled = new byte[content.length];
                new Random(42).nextBytes(garbled);
                return garbled;
            }
        },
        FOREIGN {
            @Override
            byte[] of(byte[] content) {
                return "Dear diary,\nnot a record.\n".getBytes(UTF_8);
            }
        };

        abstract byte[] of(byte[] content);

        void to(Path file) throws IOException {
            Files.write(file, of(Files.readAllBytes(file)));
        }
    }

    /// The installation of all tests; each has data of its own.
    private static Installation home;

    private Installation sunaba;

    /// Makes data directories whose sandboxes `a`, `b` and `c` are in files and in a database.
    @BeforeAll
    static void prepare() throws IOException {
        home = Installation.unpack();
        home.configure("io.sunaba.core", "plugin.grace", "2s");
        Installation files = choose("fs", home.withData(prepared("fs"))).start();
        haveSandboxes(files, "a", "b", "c");
        stop(files);
        // A table and a log are there: the table since the second start.
        Installation database = choose("leveldb", home.withData(prepared("leveldb"))).start();
        haveSandboxes(database, "a", "b");
        stop(database);
        haveSandboxes(database.start(), "c");
        stop(database);
    }

    @AfterAll
    static void remove() {
        home.close();
    }

    @AfterEach
    void end() {
        sunaba.end();
        Installation.remove(sunaba.data());
    }

    private static Path prepared(String storage) {
        return home.data().resolveSibling("prepared-" + storage);
    }

    private static Installation choose(String storage, Installation installation)
            throws IOException {
        installation.configure("io.sunaba.core", "default.storage", storage);
        return installation;
    }

    /// Gives this test data of its own, with the sandboxes in it.
    private void have(String storage) throws IOException {
        Path data = home.data();
        if (Files.exists(data)) {
            Installation.remove(data);
        }
        home.command("cp", "-a", prepared(storage).toString(), data.toString()).expectSuccess();
        sunaba = choose(storage, home.withData(data));
    }

    @BeforeEach
    void haveFiles() throws IOException {
        have("fs");
    }

    private void haveDatabase() throws IOException {
        have("leveldb");
    }

    private static String recordOf(String id) {
        return """
        {"format":1,"id":"%s","phase":"CREATED","state":"STOPPED","reason":"as imported",
         "config":{"id":"%s","sharedPidNamespace":false,"containers":[],"interfaces":[],
                   "annotations":{}},
         "hypervisor":"qemu","factory":"new","agent":"kata","vcpus":1,"memoryBytes":134217728,
         "createdAt":"2026-02-03T04:05:06Z","containers":[]}\
        """
                .formatted(id, id);
    }

    private static void haveSandboxes(Installation sunaba, String... ids) throws IOException {
        List<String> records =
                Arrays.stream(ids)
                        .map(id -> "\"sandbox/%s\":%s".formatted(id, recordOf(id)))
                        .toList();
        Path file = sunaba.data().resolveSibling("sandboxes.json");
        Files.writeString(file, "{\"format\":1,\"records\":{" + String.join(",", records) + "}}");
        sunaba.exec("storage:import " + file).expectSuccess();
    }

    private static void stop(Installation sunaba) {
        sunaba.sunaba("stop").expectSuccess();
    }

    private void stop() {
        stop(sunaba);
    }

    private String list() {
        return sunaba.exec("sandbox:list | json").expectSuccess().text();
    }

    private String status(String id) {
        return sunaba.exec("sandbox:status " + id + " | json").expectSuccess().text();
    }

    private Path records() {
        return sunaba.data().resolve("metadata");
    }

    @ParameterizedTest
    @EnumSource(names = {"TRUNCATED", "GARBLED", "FOREIGN"})
    void record(Damage damage) throws IOException {
        Path file = records().resolve("sandbox+a");
        byte[] whole = Files.readAllBytes(file);
        damage.to(file);
        byte[] damaged = Files.readAllBytes(file);

        sunaba.start();
        assertThat(list()).contains("\"a\"", "\"b\"");
        assertThat(status("a")).contains(file.toString(), "is damaged", "restore", "delete it");
        assertThat(status("b")).contains("as imported").doesNotContain("damaged");
        sunaba.exec("sandbox:start a").expectOneLine(file.toString(), "delete");
        assertThat(file).hasBinaryContent(damaged);

        Files.write(file, whole);
        assertThat(status("a")).contains("as imported").doesNotContain("damaged");
        stop();
        damage.to(file);
        sunaba.start();
        sunaba.exec("sandbox:delete a").expectSuccess();
        assertThat(file).doesNotExist();
        assertThat(list()).contains("\"b\"").doesNotContain("\"a\"");
    }

    @Test
    void recordOfAnotherSandbox() throws IOException {
        Files.copy(
                records().resolve("sandbox+b"),
                records().resolve("sandbox+a"),
                StandardCopyOption.REPLACE_EXISTING);
        sunaba.start();
        assertThat(list()).contains("\"a\"", "\"b\"", "\"c\"");
        assertThat(status("a")).contains("sandbox/a", "is that of sandbox 'b'");
        assertThat(status("b")).contains("as imported");
        sunaba.exec("sandbox:delete a").expectSuccess();
        assertThat(status("b")).contains("as imported");
    }

    @ParameterizedTest
    @EnumSource(names = {"EMPTY", "GARBLED"})
    void index(Damage damage) throws IOException {
        Path index = records().resolve("sandboxes");
        Path copy = records().resolve("sandboxes.copy");
        byte[] whole = Files.readAllBytes(index);
        damage.to(index);
        sunaba.start();
        assertThat(list()).contains("\"a\"", "\"b\"");
        assertThat(index).hasBinaryContent(whole);
        stop();

        damage.to(index);
        damage.to(copy);
        byte[] damaged = Files.readAllBytes(index);
        sunaba.start();
        sunaba.exec("sandbox:list").expectOneLine(index.toString(), "restore");
        sunaba.exec("sandbox:create --id c").expectOneLine(index.toString(), "restore");
        assertThat(index).hasBinaryContent(damaged);
        Files.write(index, whole);
        assertThat(list()).contains("\"a\"", "\"b\"");
        assertThat(copy).hasBinaryContent(whole);
    }

    @Test
    void foreignFilesAreLeftAlone() throws IOException {
        Path note = Files.writeString(records().resolve("notes.txt"), "mine");
        Path ghost = Files.writeString(records().resolve("sandbox+ghost"), "boo");
        Path folder = Files.createDirectory(records().resolve("folder"));
        sunaba.start();
        assertThat(list()).contains("\"a\"").doesNotContain("ghost");
        sunaba.exec("sandbox:delete a").expectSuccess();
        assertThat(note).hasContent("mine");
        assertThat(ghost).hasContent("boo");
        assertThat(folder).isDirectory();
    }

    @Test
    void choice() throws IOException {
        Path choice = sunaba.data().resolve("core/storage");
        byte[] whole = Files.readAllBytes(choice);
        Damage.FOREIGN.to(choice);
        sunaba.start();
        sunaba.exec("sandbox:list").expectOneLine(choice.toString(), "write the plugin's name");
        Files.write(choice, whole);
        assertThat(list()).contains("\"a\"");
    }

    private List<Path> parts(String pattern) throws IOException {
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(sunaba.data().resolve("leveldb"), pattern)) {
            List<Path> parts = new ArrayList<>();
            found.forEach(parts::add);
            assertThat(parts).as(pattern).isNotEmpty();
            return parts;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CURRENT, GARBLED",
        "CURRENT, MISSING",
        "MANIFEST-*, EMPTY",
        "MANIFEST-*, TRUNCATED",
    })
    void databaseWhoseRecordsAreWhole(String pattern, String damage) throws IOException {
        haveDatabase();
        damage(pattern, damage);
        sunaba.start();
        repair();
        assertThat(list()).contains("\"a\"", "\"b\"", "\"c\"");
        haveSandboxes(sunaba, "d");
        stop();
        sunaba.start();
        assertThat(list()).contains("\"a\"", "\"b\"", "\"c\"", "\"d\"");
    }

    @ParameterizedTest
    @CsvSource({"*.sst, MISSING", "*.log, GARBLED"})
    void databaseThatLostRecords(String pattern, String damage) throws IOException {
        haveDatabase();
        damage(pattern, damage);
        sunaba.start();
        repair();
        sunaba.exec("sandbox:list").expectSuccess();
        haveSandboxes(sunaba, "d");
        assertThat(status("d")).contains("as imported");
        stop();

        Path database = sunaba.data().resolve("leveldb");
        Path copy;
        try (DirectoryStream<Path> copies =
                Files.newDirectoryStream(sunaba.data(), "leveldb.damaged-*")) {
            copy = copies.iterator().next();
        }
        assertThat(copy).isDirectoryContaining("glob:**MANIFEST-*");
        assertThat(database).isDirectoryContaining("glob:**MANIFEST-*");
    }

    /// The index has a second copy, and what is in the log is whole.
    @ParameterizedTest
    @EnumSource(names = {"GARBLED", "TRUNCATED"})
    void databaseWithADamagedTable(Damage damage) throws IOException {
        haveDatabase();
        damage("*.sst", damage.name());
        sunaba.start();
        assertThat(list()).contains("\"a\"", "\"b\"", "\"c\"");
        assertThat(status("a")).contains("storage:repair leveldb");
        assertThat(status("c")).contains("as imported");
        sunaba.exec("storage:repair leveldb").expectSuccess();
        haveSandboxes(sunaba, "d");
        assertThat(status("d")).contains("as imported");
    }

    private void damage(String pattern, String damage) throws IOException {
        for (Path part : parts(pattern)) {
            if (damage.equals("MISSING")) {
                Files.delete(part);
            } else {
                Damage.valueOf(damage).to(part);
            }
        }
    }

    private void repair() {
        String database = sunaba.data().resolve("leveldb").toString();
        sunaba.exec("sandbox:list").expectOneLine(database, "storage:repair leveldb");
        sunaba.exec("sandbox:create --id x").expectOneLine(database, "storage:repair leveldb");
        sunaba.exec("storage:repair leveldb").expectSuccess();
    }

    @Test
    void pluginThatCannotOpenItsDatabaseIsListedWithReasonAndRemedy() throws IOException {
        haveDatabase();
        damage("CURRENT", "GARBLED");
        sunaba.start();
        assertThat(sunaba.exec("plugin:list").expectSuccess().text())
                .contains("cannot open the database in", "storage:repair leveldb");
        repair();
        assertThat(list()).contains("\"a\"", "\"b\"", "\"c\"");
        assertThat(sunaba.exec("plugin:list").expectSuccess().text())
                .doesNotContain("storage:repair");
    }

    @Test
    void machineOfAnUnreadableRecordLivesOn() throws IOException {
        sunaba.start();
        sunaba.exec("sandbox:create --id live --memory 128M").expectSuccess();
        sunaba.exec("sandbox:start live").expectSuccess();
        List<Long> machines = sunaba.machines();
        assertThat(machines).hasSize(1);
        stop();
        Path file = records().resolve("sandbox+live");
        byte[] whole = Files.readAllBytes(file);
        Damage.GARBLED.to(file);
        sunaba.start();
        assertThat(status("live")).contains(file.toString(), "is damaged");
        assertThat(status("b")).contains("as imported");
        assertThat(sunaba.machines()).isEqualTo(machines);
        Files.write(file, whole);
        assertThat(status("live")).contains("\"RUNNING\"");
        assertThat(sunaba.machines()).isEqualTo(machines);

        stop();
        Files.delete(file);
        sunaba.start();
        assertThat(status("live")).contains("is missing", "'fs'", "restore", "delete");
        assertThat(status("b")).contains("as imported");
        assertThat(sunaba.machines()).isEqualTo(machines);
        Files.write(file, whole);
        assertThat(status("live")).contains("\"RUNNING\"");
        stop();
        Files.delete(file);
        sunaba.start();
        sunaba.exec("sandbox:delete live").expectSuccess();
        assertThat(sunaba.machines()).isEmpty();
        for (String other : List.of("a", "b", "c")) {
            sunaba.exec("sandbox:delete " + other).expectSuccess();
        }
        sunaba.assertNothingLeft();
    }
}
