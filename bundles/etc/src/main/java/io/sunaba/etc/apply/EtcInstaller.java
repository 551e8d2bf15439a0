package io.sunaba.etc.apply;

import static java.util.Objects.requireNonNull;

import io.sunaba.configuration.ConfigurationFiles;
import io.sunaba.configuration.ConfigurationProblem;
import io.sunaba.etc.Definition;
import io.sunaba.etc.EtcFile;
import io.sunaba.etc.InvalidFileException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts files in force that are in order. One that is not changes nothing: what was in force
/// before, at an earlier start if need be, stays so, unless the bundle that is there now would not
/// accept that either.
final class EtcInstaller implements ArtifactInstaller, ConfigurationFiles {
    private static final Logger LOG = LoggerFactory.getLogger(EtcInstaller.class);

    private final Path folder;
    private final Function<String, @Nullable String> variables;
    private final Function<String, List<Definition>> definitions;
    private final Configurations configurations;
    private final Set<Path> files = ConcurrentHashMap.newKeySet();
    private final Map<Path, ConfigurationProblem> problems = new ConcurrentSkipListMap<>();

    EtcInstaller(
            Path folder,
            Function<String, @Nullable String> variables,
            Function<String, List<Definition>> definitions,
            Configurations configurations) {
        this.folder = requireNonNull(folder, "folder is null");
        this.variables = requireNonNull(variables, "variables is null");
        this.definitions = requireNonNull(definitions, "definitions is null");
        this.configurations = requireNonNull(configurations, "configurations is null");
    }

    /// Takes away what came from files that are gone, or from another folder.
    void forgetOthers() throws IOException {
        configurations.keepOnly(folder);
    }

    @Override
    public boolean canHandle(File artifact) {
        return artifact.getName().endsWith(EtcFile.ENDING)
                && folder.equals(artifact.toPath().getParent());
    }

    @Override
    public void install(File artifact) throws IOException {
        files.add(artifact.toPath());
        apply(artifact.toPath());
    }

    @Override
    public void update(File artifact) throws IOException {
        install(artifact);
    }

    @Override
    public synchronized void uninstall(File artifact) throws IOException {
        files.remove(artifact.toPath());
        problems.remove(artifact.toPath());
        configurations.remove(artifact.toPath());
    }

    @Override
    public List<ConfigurationProblem> problems() {
        return List.copyOf(problems.values());
    }

    /// Looks at all files again: bundles say something else of their configurations.
    void checkAgain() {
        for (Path file : files) {
            try {
                apply(file);
            } catch (IOException e) {
                LOG.error("{} cannot be applied", file, e);
            }
        }
    }

    private synchronized void apply(Path file) throws IOException {
        String pid = EtcFile.pid(file);
        List<Definition> known = definitions.apply(pid);
        try {
            EtcFile read = EtcFile.read(file, variables);
            read.check(known);
            configurations.put(read);
            if (problems.remove(file) != null) {
                LOG.info("{} is in order again and in force", file);
            }
        } catch (InvalidFileException e) {
            tell(new ConfigurationProblem(file, pid, e.getMessage() + fallBack(file, known)));
        }
    }

    /// Sees to what is in force in the place of a file that is in error, and says it.
    private String fallBack(Path file, List<Definition> known) throws IOException {
        Map<String, String> before = configurations.values(file);
        if (before == null) {
            return "; nothing of it is in force";
        }
        if (EtcFile.problem(before, known) != null) {
            configurations.remove(file);
            return "; nothing of it is in force";
        }
        return "; what it said before stays in force";
    }

    private void tell(ConfigurationProblem problem) {
        ConfigurationProblem before = problems.put(problem.file(), problem);
        if (!problem.equals(before)) {
            LOG.error("{}", problem.message());
        }
    }
}
