package io.sunaba.hypervisor.clh;

import io.sunaba.tck.hypervisor.HypervisorContract;
import io.sunaba.tck.junit.ContractTests;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The contract on Cloud Hypervisor itself. Run by `./dev nested clh`, in a machine with KVM.
class ContractOnKvm {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(HypervisorContract.suite(), KvmFixture::new);
    }
}
