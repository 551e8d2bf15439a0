package io.sunaba.core.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.core.fake.FakeStorage;
import io.sunaba.core.plugin.Kind;
import io.sunaba.error.ConflictException;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.storage.StorageStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Storages of one name, and which of them holds the records of this platform.
class StorageIdentityTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String EMPTY_OF_EARLIER_VERSION = "{\"format\":1,\"ids\":[]}";

    @TempDir Path directory;
    private final FakeStorage other = new FakeStorage();
    private Platform platform;

    @BeforeEach
    void start() {
        platform = new Platform(directory, Duration.ofMillis(500));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private void running() throws InterruptedException {
        platform.create("web", platform.container("one", "sleep")).start();
    }

    private void come(MetadataStorage storage, int ranking) {
        platform.plugins.add(
                Kind.STORAGE, storage, Map.of("sunaba.name", "fake", "service.ranking", ranking));
    }

    private void assertRefused(MetadataStorage storage, int ranking) {
        assertThatThrownBy(() -> come(storage, ranking))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll(
                        "'fake'", "other records", "storage:use", choice().toString());
    }

    private Path choice() {
        return directory.resolve("data/storage");
    }

    private String remembered() throws IOException {
        return Files.readString(choice()).strip();
    }

    private static void write(FakeStorage storage, String index) {
        storage.save("sandboxes", index.getBytes(UTF_8));
        storage.save("sandboxes.copy", index.getBytes(UTF_8));
    }

    private static String index(String id, String... ids) {
        return "{\"format\":1,\"ids\":[%s],\"store\":\"%s\"}".formatted(String.join(",", ids), id);
    }

    private void assertRuns() {
        assertThat(platform.sandboxes.list())
                .singleElement()
                .extracting(SandboxStatus::state)
                .isEqualTo(SandboxState.RUNNING);
        assertThat(platform.hypervisor.only().exit).isNotDone();
    }

    private static String text(FakeStorage storage) {
        return new String(storage.load("sandboxes"), UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "5, true", "-1, false", "5, false"})
    void storeWithOtherContentsIsRefusedAndNoMachineEnds(int ranking, boolean empty)
            throws Exception {
        if (!empty) {
            write(other, index(ID));
        }
        running();
        assertRefused(other, ranking);
        Sandbox web = platform.sandboxes.fetch("web");
        web.createContainer(platform.container("two", "sleep"));
        assertThat(new String(platform.storage.load("sandbox/web"), UTF_8)).contains("two");
        assertThat(other.records).doesNotContainKey("sandbox/web");

        platform.stop();
        platform.start();
        assertRuns();
        assertRefused(other, ranking);
        assertRuns();
    }

    @Test
    void storeWithOtherContentsIsRefusedAlsoIfItComesFirst() throws Exception {
        write(other, index(ID));
        running();
        platform.stop();
        platform.startWithoutPlugins();
        assertRefused(other, 5);
        platform.addAll();
        platform.add(platform.hypervisor);
        assertRuns();
        assertThat(text(other)).isEqualTo(index(ID));
    }

    @Test
    void emptyStoreThatComesFirstEndsNoMachineAndIsNotTakenForThisOne() throws Exception {
        running();
        String own = remembered();
        platform.stop();
        platform.startWithoutPlugins();
        come(other, 5);
        platform.add(platform.driver);
        platform.add(platform.hypervisor);
        assertThat(platform.sandboxes.list()).isEmpty();
        assertThat(other.records).isEmpty();
        assertRefused(platform.storage, 9);
        assertThat(platform.hypervisor.only().exit).isNotDone();
        assertThat(remembered()).isEqualTo(own);

        platform.stop();
        platform.start();
        assertRuns();
    }

    @Test
    void lostStoreThatIsGoneOnWithHoldsOtherRecords() throws Exception {
        running();
        String before = remembered();
        platform.stop();
        Map<String, byte[]> backup = Map.copyOf(platform.storage.records);
        platform.storage.records.clear();
        for (int starts = 0; starts < 2; starts++) {
            platform.start();
            assertThat(platform.sandboxes.list()).isEmpty();
            assertThat(platform.storage.records).isEmpty();
            assertThat(platform.hypervisor.only().exit).isNotDone();
            platform.stop();
        }
        platform.storage.records.putAll(backup);
        platform.start();
        assertRuns();
        platform.stop();

        platform.storage.records.clear();
        platform.start();
        platform.create("next");
        assertThat(platform.hypervisor.hosts).hasSize(2);
        assertThat(remembered()).matches("fake [0-9a-f]{32}").isNotEqualTo(before);
        platform.stop();
        other.records.putAll(backup);
        platform.startWithoutPlugins();
        assertRefused(other, 0);
    }

    @Test
    void storeOfTheSameRecordsIsTaken() throws Exception {
        running();
        platform.plugins.remove(Kind.STORAGE, platform.storage);
        FakeStorage updated = new FakeStorage();
        updated.records.putAll(platform.storage.records);
        come(updated, 0);
        platform.sandboxes.fetch("web").createContainer(platform.container("two", "sleep"));
        assertThat(new String(updated.load("sandbox/web"), UTF_8)).contains("two");
        platform.storage.records.clear();
        platform.storage.records.putAll(updated.records);
        come(platform.storage, 5);
        platform.sandboxes.fetch("web").pauseContainer("one");
        assertThat(new String(platform.storage.load("sandbox/web"), UTF_8)).contains("PAUSED");
    }

    @Test
    void storeThatGoesIsNotReplacedByAnotherEmptyOne() {
        assertThat(platform.sandboxes.list()).isEmpty();
        assertThat(text(platform.storage)).contains("\"ids\":[]", "\"store\":");
        assertRefused(other, 5);
        platform.plugins.remove(Kind.STORAGE, platform.storage);
        assertRefused(other, 5);
        assertThat(other.records).isEmpty();
    }

    @Test
    void secondOneIsRefusedBeforeTheFirstIsLoaded() {
        platform.stop();
        platform = new Platform(directory.resolve("fresh"), Duration.ofMillis(500));
        assertThatThrownBy(() -> come(other, 5)).isInstanceOf(UnavailableException.class);
        assertThat(platform.sandboxes.list()).isEmpty(); // once it is loaded
    }

    @Test
    void otherNamesAreNotLookedAt() throws Exception {
        running();
        write(other, index(ID));
        platform.plugins.add(Kind.STORAGE, other, Map.of("sunaba.name", "other"));
        assertThat(platform.storages().storages())
                .extracting(StorageStatus::name)
                .containsExactly("fake", "other");
    }

    @Test
    void damagedStoreIsLetInAndTold() throws Exception {
        running();
        platform.stop();
        write(platform.storage, "{");
        platform.start();
        assertThatThrownBy(() -> platform.sandboxes.list())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void damagedStoreTakesNoOtherOnesPlace() throws Exception {
        running();
        write(other, "{");
        assertRefused(other, 5);
    }

    @Test
    void damagedStoreThatTurnsOutToBeAnotherIsNotLoaded() throws Exception {
        running();
        String own = remembered();
        platform.stop();
        platform.startWithoutPlugins();
        write(other, "{");
        come(other, 5);
        write(other, index(ID));
        platform.add(platform.driver);
        platform.add(platform.hypervisor);
        assertThatThrownBy(() -> platform.sandboxes.list())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("other records");
        assertThat(platform.hypervisor.only().exit).isNotDone();
        assertThat(remembered()).isEqualTo(own);
    }

    @Test
    void indexWithoutAnIdIsAnotherOneOnceThereIsAnId() throws Exception {
        running();
        platform.stop();
        write(other, EMPTY_OF_EARLIER_VERSION);
        platform.startWithoutPlugins();
        assertRefused(other, 5);
    }

    @Test
    void recordsThatAreRestoredUnderALostPlatformAreNotOverwritten() throws Exception {
        running();
        platform.stop();
        Map<String, byte[]> backup = Map.copyOf(platform.storage.records);
        platform.storage.records.clear();
        platform.start();
        assertThat(platform.sandboxes.list()).isEmpty();
        platform.storage.records.putAll(backup);
        assertThatThrownBy(() -> platform.create("next"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("stop and start the platform");
        platform.stop();
        platform.start();
        assertRuns();
    }

    @Test
    void lostRecordsDoNotReplaceThoseThatAreLeftElsewhere() throws Exception {
        running();
        platform.stop();
        other.records.putAll(platform.storage.records);
        platform.storage.records.clear();
        platform.start();
        platform.plugins.add(Kind.STORAGE, other, Map.of("sunaba.name", "other"));
        assertThatThrownBy(() -> platform.storages().use("other"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContainingAll("'fake'", "lost", "'other'", choice().toString());
        assertThat(other.records).containsKey("sandbox/web");
    }

    @Test
    void recordsAndChoiceOfAnEarlierVersionGetAnId() throws Exception {
        running();
        platform.stop();
        String index = text(platform.storage);
        String id = remembered().substring("fake ".length());
        write(platform.storage, index.replace(",\"store\":\"" + id + "\"", ""));
        assertThat(text(platform.storage)).isNotEqualTo(index);
        Files.writeString(choice(), "fake\n");
        platform.start();
        assertRuns();
        String next = remembered().substring("fake ".length());
        assertThat(next).isNotEqualTo(id);
        assertThat(text(platform.storage)).isEqualTo(index.replace(id, next));
        assertThat(platform.storage.load("sandboxes.copy"))
                .isEqualTo(platform.storage.load("sandboxes"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void idThatWasWrittenAndNotRememberedIsTaken(boolean chosen) throws Exception {
        running();
        platform.stop();
        String before = remembered();
        if (chosen) {
            Files.writeString(choice(), "fake\n");
        } else {
            Files.delete(choice());
        }
        platform.start();
        assertRuns();
        assertThat(remembered()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void storeThatCannotBeWrittenIsLoadedAllTheSame(int write) throws Exception {
        running();
        platform.stop();
        String index = text(platform.storage);
        write(platform.storage, index.replaceFirst(",\"store\":\"\\w+\"", ""));
        Files.writeString(choice(), "fake\n");
        platform.storage.failWrite(write);
        platform.start();
        assertRuns();
        assertThat(remembered()).isEqualTo("fake");

        platform.plugins.remove(Kind.STORAGE, platform.storage);
        assertRefused(other, 0);
        come(platform.storage, 0);
        platform.create("next");
        String id = remembered().substring("fake ".length());
        assertThat(text(platform.storage)).contains("\"store\":\"" + id + "\"");
        platform.stop();
        platform.start();
        assertThat(platform.sandboxes.list()).hasSize(2);
        assertThat(platform.hypervisor.hosts).hasSize(2);
    }

    @Test
    void emptyIndexOfAnEarlierVersionIsNoLoss() throws Exception {
        assertThat(platform.sandboxes.list()).isEmpty();
        platform.stop();
        write(platform.storage, EMPTY_OF_EARLIER_VERSION);
        Files.writeString(choice(), "fake\n");
        platform.start();
        assertThat(platform.sandboxes.list()).isEmpty();
        assertThat(text(platform.storage)).contains(remembered().substring("fake ".length()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void recordsKeepTheirIdThereAndBack(boolean empty) throws Exception {
        if (!empty) {
            running();
        }
        assertThat(platform.sandboxes.list()).hasSize(empty ? 0 : 1);
        String id = remembered().substring("fake ".length());
        platform.plugins.add(Kind.STORAGE, other, Map.of("sunaba.name", "other"));
        platform.storages().use("other");
        assertThat(remembered()).isEqualTo("other " + id);
        assertThat(text(other)).contains(id);
        platform.stop();
        platform.start();
        platform.plugins.add(Kind.STORAGE, other, Map.of("sunaba.name", "other"));
        assertThat(platform.sandboxes.list()).hasSize(empty ? 0 : 1);
        platform.storages().use("fake");
        assertThat(remembered()).isEqualTo("fake " + id);
        platform.stop();
        platform.start();
        assertThat(platform.sandboxes.list()).hasSize(empty ? 0 : 1);
        assertThat(platform.hypervisor.hosts).hasSize(empty ? 0 : 1);
    }

    @Test
    void recordsDoNotMoveToANameOfTwo() throws Exception {
        running();
        platform.plugins.add(Kind.STORAGE, other, Map.of("sunaba.name", "other"));
        FakeStorage behind = new FakeStorage();
        platform.plugins.add(Kind.STORAGE, behind, Map.of("sunaba.name", "other"));
        assertThatThrownBy(() -> platform.storages().use("other"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("'other'");
        assertThat(remembered()).startsWith("fake ");
        platform.plugins.remove(Kind.STORAGE, behind);
        platform.storages().use("other");
        assertThat(remembered()).startsWith("other ");
    }
}
