package io.sunaba.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VhostNetTest {
    @TempDir private Path directory;

    @Test
    void whatOpensIsNotYetADriverAndWhatIsMissingIsNotMade() throws Exception {
        Path driver = directory.resolve("vhost-net");
        assertThat(VhostNet.works(driver)).isFalse();
        assertThat(driver).doesNotExist();
        Files.createFile(driver);
        assertThat(VhostNet.works(driver)).isFalse();
        assertThat(VhostNet.works(Path.of("/dev/null"))).isFalse();
    }
}
