package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.Storage;
import java.io.IOException;
import java.util.List;

/// What is mounted for a sandbox before there is one: a copy of this machine has it then.
final class MountsAhead {
    private final Storages storages;
    private List<Storage> wanted = List.of();
    private List<Storages.Mounted> mounted = List.of();

    MountsAhead(Storages storages) {
        this.storages = storages;
    }

    /// Mounts all of it, for whoever takes it, in place of what was mounted before.
    void mount(List<Storage> ahead) throws IOException, InterruptedException {
        mounted = take(ahead);
        wanted = List.copyOf(ahead);
    }

    /// Hands over what was mounted, if it is just what is asked for; if not, that is mounted
    /// instead.
    List<Storages.Mounted> take(List<Storage> asked) throws IOException, InterruptedException {
        List<Storages.Mounted> there = mounted;
        boolean fits = wanted.equals(asked);
        mounted = List.of();
        wanted = List.of();
        if (fits) {
            return there;
        }
        storages.unmount(there);
        return storages.mount(asked);
    }
}
