package io.sunaba.agent.kata;

import com.google.protobuf.ByteString;
import io.sunaba.agent.GuestSandbox;
import io.sunaba.guest.protocol.CreateSandboxRequest;
import io.sunaba.guest.protocol.PrepareRequest;
import io.sunaba.guest.protocol.ReseedRandomDevRequest;
import io.sunaba.guest.protocol.SetGuestDateTimeRequest;
import io.sunaba.guest.protocol.SettleRequest;
import io.sunaba.guest.protocol.Storage;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.List;

/// What an agent is told about its sandbox, and before that.
final class SandboxRequests {
    private static final List<Storage> STORAGES = List.of(ContainerRequests.sharedMemory());

    private SandboxRequests() {}

    /// What each sandbox has among its storages can be mounted before.
    static SettleRequest settle() {
        return SettleRequest.newBuilder().addAllStorages(STORAGES).build();
    }

    static SetGuestDateTimeRequest setTime(Instant now) {
        return SetGuestDateTimeRequest.newBuilder()
                .setSec(now.getEpochSecond())
                .setUsec(micros(now))
                .build();
    }

    static ReseedRandomDevRequest addEntropy(byte[] entropy) {
        return ReseedRandomDevRequest.newBuilder().setData(ByteString.copyFrom(entropy)).build();
    }

    /// Name servers go as lines of `resolv.conf`, which is what agents write them to.
    static CreateSandboxRequest create(GuestSandbox sandbox) {
        return CreateSandboxRequest.newBuilder()
                .setSandboxId(sandbox.id())
                .setHostname(sandbox.hostname())
                .addAllDns(
                        sandbox.nameServers().stream()
                                .map(address -> "nameserver " + address)
                                .toList())
                .setSandboxPidns(sandbox.sharedPidNamespace())
                .addAllStorages(STORAGES)
                .build();
    }

    static PrepareRequest prepare(byte[] entropy, Instant now, CreateSandboxRequest sandbox) {
        return PrepareRequest.newBuilder()
                .setSec(now.getEpochSecond())
                .setUsec(micros(now))
                .setEntropy(ByteString.copyFrom(entropy))
                .setSandbox(sandbox)
                .build();
    }

    private static long micros(Instant now) {
        return now.get(ChronoField.MICRO_OF_SECOND);
    }
}
