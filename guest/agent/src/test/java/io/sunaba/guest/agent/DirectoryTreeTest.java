package io.sunaba.guest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTreeTest {
    @TempDir private Path directory;

    @Test
    void linksAreRemovedAndNotFollowed() throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Path kept = Files.writeString(outside.resolve("kept"), "kept");
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Files.createDirectory(tree.resolve("below"));
        Files.createSymbolicLink(tree.resolve("directory"), outside);
        Files.createSymbolicLink(tree.resolve("below/file"), kept);
        Files.createSymbolicLink(tree.resolve("below/nowhere"), Path.of("/nowhere"));

        DirectoryTree.remove(tree);

        assertThat(directory).isDirectoryNotContaining(child -> !child.equals(outside));
        assertThat(kept).hasContent("kept");
    }

    @Test
    void aTreeDeeperThanAPathIsLongGoesToo() throws Exception {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        for (int depth = 0; depth < 100; depth++) {
            Files.writeString(tree.resolve("0"), "a file named as what is moved");
            Path above = Files.createDirectory(directory.resolve("above"));
            Files.move(tree, above.resolve("x".repeat(100)));
            Files.move(above, tree);
        }

        DirectoryTree.remove(tree);

        assertThat(directory).isEmptyDirectory();
    }
}
