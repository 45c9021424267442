import { useState } from "preact/hooks";
import type { Block } from "../../../sdk/wire.ts";
import { api } from "../../api.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { useLoad } from "../../ui/load.ts";
import { Page } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";

/** Addresses that are refused for what came from them. */
export function BlocksPage() {
  const blocks = useLoad((signal) => api().request("GET", "/admin/blocks", { signal }));
  const [address, setAddress] = useState<string>();
  const close = (done: boolean) => {
    if (done) {
      toast(`${address} is let through again.`);
      blocks.reload();
    }
    setAddress(undefined);
  };
  return (
    <Page title="Blocks" lead="Addresses that are refused for what came from them. They end alone.">
      <ProblemView error={blocks.error} retry={blocks.reload} />
      {blocks.data === undefined && blocks.loading && <Loading />}
      {blocks.data?.data.length === 0 && <Empty title="No address is blocked." />}
      {blocks.data !== undefined && blocks.data.data.length > 0 && (
        <Table
          caption="Blocked addresses"
          items={blocks.data.data}
          rowKey={(block) => block.address}
          columns={columns(setAddress)}
        />
      )}
      {address !== undefined && (
        <Confirm
          title={`Lift the block of ${address}`}
          yes="Lift the block"
          act={() => api().request("DELETE", "/admin/blocks/{address}", { params: { address } })}
          onClose={close}
        >
          <p>Addresses are shared: lift a block when you know that it was a mistake.</p>
        </Confirm>
      )}
    </Page>
  );
}

function columns(lift: (address: string) => void): readonly Column<Block>[] {
  return [
    { head: "Address", cell: (block) => <code>{block.address}</code> },
    { head: "For", cell: ({ rule }) => <code>{rule}</code> },
    {
      head: "Time in a row",
      cell: ({ offence }) => offence,
      end: true,
    },
    { head: "Since", cell: ({ blocked_at }) => <Time at={blocked_at} /> },
    { head: "Ends", cell: ({ blocked_until }) => <Time at={blocked_until} /> },
    {
      head: "",
      cell: (block) => (
        <div class="row-actions">
          <button
            type="button"
            class="small"
            onClick={() => lift(block.address)}
          >
            Lift…
          </button>
          <a href={`/admin/events?address=${encodeURIComponent(block.address)}`}>Events</a>
        </div>
      ),
    },
  ];
}
