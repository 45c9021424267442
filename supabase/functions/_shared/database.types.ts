
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "agent_versions": {
                  Row: {
                    "agent_id": string,"approval": string,"approved_at": string | null,"approved_by": string | null,"created_at": string,"findings": NonNullable<Json>,"id": string,"input_schema": Json | null,"language": string,"owner_id": string,"policy": NonNullable<Json>,"policy_hash": string,"program": string | null,"published_at": string | null,"seal": string | null,"source": string,"source_hash": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"approval": string,"approved_at"?: string | null,"approved_by"?: string | null,"created_at"?: string,"findings"?: NonNullable<Json>,"id"?: string,"input_schema"?: Json | null,"language": string,"owner_id": string,"policy"?: NonNullable<Json>,"policy_hash": string,"program"?: string | null,"published_at"?: string | null,"seal"?: string | null,"source": string,"source_hash": string,"version": number
                  }
                  Update: {
                    "agent_id"?: string,"approval"?: string,"approved_at"?: string | null,"approved_by"?: string | null,"created_at"?: string,"findings"?: NonNullable<Json>,"id"?: string,"input_schema"?: Json | null,"language"?: string,"owner_id"?: string,"policy"?: NonNullable<Json>,"policy_hash"?: string,"program"?: string | null,"published_at"?: string | null,"seal"?: string | null,"source"?: string,"source_hash"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "agent_versions_agent_id_fkey"
      columns: ["agent_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id"]
    }
                  ]
                },"agents": {
                  Row: {
                    "created_at": string,"current_version": number,"description": string,"id": string,"name": string,"owner_id": string,"state": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"current_version"?: number,"description"?: string,"id"?: string,"name": string,"owner_id": string,"state"?: string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"current_version"?: number,"description"?: string,"id"?: string,"name"?: string,"owner_id"?: string,"state"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"alert_rules": {
                  Row: {
                    "enabled": boolean,"name": string,"per": string,"threshold": number,"type": string,"window_s": number
                  }
                  ComputedFields: never
                  Insert: {
                    "enabled"?: boolean,"name": string,"per": string,"threshold": number,"type": string,"window_s": number
                  }
                  Update: {
                    "enabled"?: boolean,"name"?: string,"per"?: string,"threshold"?: number,"type"?: string,"window_s"?: number
                  }
                  Relationships: [
                    
                  ]
                },"alerts": {
                  Row: {
                    "acknowledged_at": string | null,"acknowledged_by": string | null,"at": string,"count": number,"created_at": string,"delivery": string | null,"first_at": string,"id": string,"note": string | null,"rule": string,"subject": string,"threshold": number,"type": string,"window_s": number
                  }
                  ComputedFields: never
                  Insert: {
                    "acknowledged_at"?: string | null,"acknowledged_by"?: string | null,"at": string,"count": number,"created_at"?: string,"delivery"?: string | null,"first_at": string,"id"?: string,"note"?: string | null,"rule": string,"subject": string,"threshold": number,"type": string,"window_s": number
                  }
                  Update: {
                    "acknowledged_at"?: string | null,"acknowledged_by"?: string | null,"at"?: string,"count"?: number,"created_at"?: string,"delivery"?: string | null,"first_at"?: string,"id"?: string,"note"?: string | null,"rule"?: string,"subject"?: string,"threshold"?: number,"type"?: string,"window_s"?: number
                  }
                  Relationships: [
                    
                  ]
                },"api_keys": {
                  Row: {
                    "agent_id": string | null,"created_at": string,"expires_at": string | null,"id": string,"last_used_at": string | null,"name": string,"owner_id": string,"public_id": string,"replaces": string | null,"revoked_at": string | null,"scopes": (string)[]
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id"?: string | null,"created_at"?: string,"expires_at"?: string | null,"id"?: string,"last_used_at"?: string | null,"name": string,"owner_id": string,"public_id": string,"replaces"?: string | null,"revoked_at"?: string | null,"scopes": (string)[]
                  }
                  Update: {
                    "agent_id"?: string | null,"created_at"?: string,"expires_at"?: string | null,"id"?: string,"last_used_at"?: string | null,"name"?: string,"owner_id"?: string,"public_id"?: string,"replaces"?: string | null,"revoked_at"?: string | null,"scopes"?: (string)[]
                  }
                  Relationships: [
                    {
      foreignKeyName: "api_keys_agent_id_fkey"
      columns: ["agent_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id"]
    }
                  ]
                },"audit_checkpoints": {
                  Row: {
                    "at": string,"entries": number,"expired_at": string | null,"hash": string,"kid": string | null,"made_at": string,"seq": number,"signature": string | null,"signed_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "at": string,"entries": number,"expired_at"?: string | null,"hash": string,"kid"?: string | null,"made_at"?: string,"seq": number,"signature"?: string | null,"signed_at"?: string | null
                  }
                  Update: {
                    "at"?: string,"entries"?: number,"expired_at"?: string | null,"hash"?: string,"kid"?: string | null,"made_at"?: string,"seq"?: number,"signature"?: string | null,"signed_at"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"audit_log": {
                  Row: {
                    "action": string,"actor_id": string | null,"address": string | null,"at": string,"db_role": string,"details": NonNullable<Json>,"hash": string,"key_id": string | null,"outcome": string,"policy_hash": string | null,"prev_hash": string,"request_id": string | null,"resource_id": string | null,"resource_type": string,"seq": number,"user_agent": string | null,"via": string
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"actor_id"?: string | null,"address"?: string | null,"at": string,"db_role": string,"details": NonNullable<Json>,"hash": string,"key_id"?: string | null,"outcome": string,"policy_hash"?: string | null,"prev_hash": string,"request_id"?: string | null,"resource_id"?: string | null,"resource_type": string,"seq": number,"user_agent"?: string | null,"via": string
                  }
                  Update: {
                    "action"?: string,"actor_id"?: string | null,"address"?: string | null,"at"?: string,"db_role"?: string,"details"?: NonNullable<Json>,"hash"?: string,"key_id"?: string | null,"outcome"?: string,"policy_hash"?: string | null,"prev_hash"?: string,"request_id"?: string | null,"resource_id"?: string | null,"resource_type"?: string,"seq"?: number,"user_agent"?: string | null,"via"?: string
                  }
                  Relationships: [
                    
                  ]
                },"evidence": {
                  Row: {
                    "created_at": string,"created_by": string,"id": string,"kind": string,"manifest": string,"reason": string,"sections": string,"signature": string,"since": string,"target": string | null,"until": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by": string,"id"?: string,"kind": string,"manifest": string,"reason": string,"sections": string,"signature": string,"since": string,"target"?: string | null,"until": string
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string,"id"?: string,"kind"?: string,"manifest"?: string,"reason"?: string,"sections"?: string,"signature"?: string,"since"?: string,"target"?: string | null,"until"?: string
                  }
                  Relationships: [
                    
                  ]
                },"files": {
                  Row: {
                    "agent_id": string,"bytes": number,"content": string | null,"created_at": string,"id": string,"modified_at": string,"object_id": string | null,"owner_id": string,"path": string,"run_id": string | null,"sha256": string,"type": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"bytes": number,"content"?: string | null,"created_at"?: string,"id"?: string,"modified_at"?: string,"object_id"?: string | null,"owner_id": string,"path": string,"run_id"?: string | null,"sha256": string,"type": string
                  }
                  Update: {
                    "agent_id"?: string,"bytes"?: number,"content"?: string | null,"created_at"?: string,"id"?: string,"modified_at"?: string,"object_id"?: string | null,"owner_id"?: string,"path"?: string,"run_id"?: string | null,"sha256"?: string,"type"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "files_agent_id_fkey"
      columns: ["agent_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "files_run_id_fkey"
      columns: ["run_id"]
isOneToOne: false
      referencedRelation: "runs"
      referencedColumns: ["id"]
    }
                  ]
                },"hooks": {
                  Row: {
                    "agent_id": string,"created_at": string,"description": string,"enabled": boolean,"id": string,"key_id": string | null,"kind": string,"last_used_at": string | null,"owner_id": string,"secret_version": number,"updated_at": string,"version": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"created_at"?: string,"description"?: string,"enabled"?: boolean,"id": string,"key_id"?: string | null,"kind": string,"last_used_at"?: string | null,"owner_id": string,"secret_version"?: number,"updated_at"?: string,"version"?: number | null
                  }
                  Update: {
                    "agent_id"?: string,"created_at"?: string,"description"?: string,"enabled"?: boolean,"id"?: string,"key_id"?: string | null,"kind"?: string,"last_used_at"?: string | null,"owner_id"?: string,"secret_version"?: number,"updated_at"?: string,"version"?: number | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "hooks_agent_id_fkey"
      columns: ["agent_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id"]
    }
                  ]
                },"legal_holds": {
                  Row: {
                    "agent_id": string | null,"created_at": string,"created_by": string,"id": string,"kind": string,"note": string | null,"reason": string,"released_at": string | null,"released_by": string | null,"since": string,"target": string,"until": string,"user_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id"?: string | null,"created_at"?: string,"created_by": string,"id"?: string,"kind": string,"note"?: string | null,"reason": string,"released_at"?: string | null,"released_by"?: string | null,"since"?: string,"target": string,"until"?: string,"user_id"?: string | null
                  }
                  Update: {
                    "agent_id"?: string | null,"created_at"?: string,"created_by"?: string,"id"?: string,"kind"?: string,"note"?: string | null,"reason"?: string,"released_at"?: string | null,"released_by"?: string | null,"since"?: string,"target"?: string,"until"?: string,"user_id"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"quarantines": {
                  Row: {
                    "created_at": string,"created_by": string | null,"id": string,"kind": string,"note": string | null,"previous_state": string | null,"reason": string,"released_at": string | null,"released_by": string | null,"target": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"id"?: string,"kind": string,"note"?: string | null,"previous_state"?: string | null,"reason": string,"released_at"?: string | null,"released_by"?: string | null,"target"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"id"?: string,"kind"?: string,"note"?: string | null,"previous_state"?: string | null,"reason"?: string,"released_at"?: string | null,"released_by"?: string | null,"target"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"retention": {
                  Row: {
                    "keep_days": number | null,"kind": string,"max_days": number,"min_days": number,"updated_at": string | null,"updated_by": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "keep_days"?: number | null,"kind": string,"max_days": number,"min_days": number,"updated_at"?: string | null,"updated_by"?: string | null
                  }
                  Update: {
                    "keep_days"?: number | null,"kind"?: string,"max_days"?: number,"min_days"?: number,"updated_at"?: string | null,"updated_by"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"run_events": {
                  Row: {
                    "at": string,"data": NonNullable<Json>,"owner_id": string,"run_id": string,"seq": number,"type": string
                  }
                  ComputedFields: never
                  Insert: {
                    "at"?: string,"data": NonNullable<Json>,"owner_id": string,"run_id": string,"seq": number,"type": string
                  }
                  Update: {
                    "at"?: string,"data"?: NonNullable<Json>,"owner_id"?: string,"run_id"?: string,"seq"?: number,"type"?: string
                  }
                  Relationships: [
                    
                  ]
                },"runners": {
                  Row: {
                    "created_at": string,"created_by": string | null,"id": string,"last_seen_at": string | null,"name": string,"public_id": string,"revoked_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"id"?: string,"last_seen_at"?: string | null,"name": string,"public_id": string,"revoked_at"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"id"?: string,"last_seen_at"?: string | null,"name"?: string,"public_id"?: string,"revoked_at"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"runs": {
                  Row: {
                    "agent_id": string,"agent_name": string,"attempt": number,"cancel_requested_at": string | null,"created_at": string,"deadline_at": string | null,"ended_at": string | null,"engine": string | null,"error": Json | null,"heartbeat_at": string | null,"id": string,"input": NonNullable<Json>,"key_id": string | null,"layers": (string)[] | null,"limits": Json | null,"output": Json | null,"owner_id": string,"policy_hash": string | null,"queued_at": string | null,"recording": boolean,"request_id": string | null,"started_at": string | null,"status": string,"traceparent": string | null,"trigger": string,"trigger_id": string | null,"usage": Json | null,"version": number,"version_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"agent_name": string,"attempt"?: number,"cancel_requested_at"?: string | null,"created_at"?: string,"deadline_at"?: string | null,"ended_at"?: string | null,"engine"?: string | null,"error"?: Json | null,"heartbeat_at"?: string | null,"id": string,"input": NonNullable<Json>,"key_id"?: string | null,"layers"?: (string)[] | null,"limits"?: Json | null,"output"?: Json | null,"owner_id": string,"policy_hash"?: string | null,"queued_at"?: string | null,"recording"?: boolean,"request_id"?: string | null,"started_at"?: string | null,"status": string,"traceparent"?: string | null,"trigger"?: string,"trigger_id"?: string | null,"usage"?: Json | null,"version": number,"version_id": string
                  }
                  Update: {
                    "agent_id"?: string,"agent_name"?: string,"attempt"?: number,"cancel_requested_at"?: string | null,"created_at"?: string,"deadline_at"?: string | null,"ended_at"?: string | null,"engine"?: string | null,"error"?: Json | null,"heartbeat_at"?: string | null,"id"?: string,"input"?: NonNullable<Json>,"key_id"?: string | null,"layers"?: (string)[] | null,"limits"?: Json | null,"output"?: Json | null,"owner_id"?: string,"policy_hash"?: string | null,"queued_at"?: string | null,"recording"?: boolean,"request_id"?: string | null,"started_at"?: string | null,"status"?: string,"traceparent"?: string | null,"trigger"?: string,"trigger_id"?: string | null,"usage"?: Json | null,"version"?: number,"version_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"schedules": {
                  Row: {
                    "agent_id": string,"created_at": string,"cron": string,"enabled": boolean,"id": string,"input": NonNullable<Json>,"jitter_seconds": number,"key_id": string | null,"last_at": string | null,"last_planned_at": string | null,"last_problem": string | null,"last_run_id": string | null,"missed": string,"name": string,"next_at": string | null,"owner_id": string,"planned_at": string | null,"time_zone": string,"updated_at": string,"version": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"created_at"?: string,"cron": string,"enabled"?: boolean,"id"?: string,"input"?: NonNullable<Json>,"jitter_seconds"?: number,"key_id"?: string | null,"last_at"?: string | null,"last_planned_at"?: string | null,"last_problem"?: string | null,"last_run_id"?: string | null,"missed"?: string,"name": string,"next_at"?: string | null,"owner_id": string,"planned_at"?: string | null,"time_zone": string,"updated_at"?: string,"version"?: number | null
                  }
                  Update: {
                    "agent_id"?: string,"created_at"?: string,"cron"?: string,"enabled"?: boolean,"id"?: string,"input"?: NonNullable<Json>,"jitter_seconds"?: number,"key_id"?: string | null,"last_at"?: string | null,"last_planned_at"?: string | null,"last_problem"?: string | null,"last_run_id"?: string | null,"missed"?: string,"name"?: string,"next_at"?: string | null,"owner_id"?: string,"planned_at"?: string | null,"time_zone"?: string,"updated_at"?: string,"version"?: number | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "schedules_agent_id_fkey"
      columns: ["agent_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id"]
    }
                  ]
                },"secrets": {
                  Row: {
                    "agent_id": string | null,"created_at": string,"expires_at": string | null,"hosts": (string)[],"id": string,"last_used_at": string | null,"name": string,"owner_id": string,"updated_at": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id"?: string | null,"created_at"?: string,"expires_at"?: string | null,"hosts": (string)[],"id": string,"last_used_at"?: string | null,"name": string,"owner_id": string,"updated_at"?: string,"version"?: number
                  }
                  Update: {
                    "agent_id"?: string | null,"created_at"?: string,"expires_at"?: string | null,"hosts"?: (string)[],"id"?: string,"last_used_at"?: string | null,"name"?: string,"owner_id"?: string,"updated_at"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "secrets_agent_id_fkey"
      columns: ["agent_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id"]
    }
                  ]
                },"security_events": {
                  Row: {
                    "address": string | null,"at": string,"code": string | null,"count": number,"data": NonNullable<Json>,"id": string,"key_id": string | null,"method": string | null,"request_id": string | null,"route": string | null,"type": string,"user_agent": string | null,"user_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "address"?: string | null,"at": string,"code"?: string | null,"count": number,"data": NonNullable<Json>,"id"?: string,"key_id"?: string | null,"method"?: string | null,"request_id"?: string | null,"route"?: string | null,"type": string,"user_agent"?: string | null,"user_id"?: string | null
                  }
                  Update: {
                    "address"?: string | null,"at"?: string,"code"?: string | null,"count"?: number,"data"?: NonNullable<Json>,"id"?: string,"key_id"?: string | null,"method"?: string | null,"request_id"?: string | null,"route"?: string | null,"type"?: string,"user_agent"?: string | null,"user_id"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"tool_calls": {
                  Row: {
                    "agent_id": string,"agent_name": string,"args_hash": string,"begun_at": string | null,"bytes_in": number,"bytes_out": number,"created_at": string,"deadline_at": string | null,"decided_at": string | null,"decided_by": string | null,"ended_at": string | null,"id": string,"ms": number | null,"outcome": string | null,"owner_id": string,"reached": Json | null,"reason": string | null,"reserved": NonNullable<Json>,"run_id": string,"seq": number,"summary": Json | null,"target": string,"tool": string,"verdict": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"agent_name": string,"args_hash": string,"begun_at"?: string | null,"bytes_in"?: number,"bytes_out"?: number,"created_at"?: string,"deadline_at"?: string | null,"decided_at"?: string | null,"decided_by"?: string | null,"ended_at"?: string | null,"id": string,"ms"?: number | null,"outcome"?: string | null,"owner_id": string,"reached"?: Json | null,"reason"?: string | null,"reserved"?: NonNullable<Json>,"run_id": string,"seq": number,"summary"?: Json | null,"target": string,"tool": string,"verdict": string
                  }
                  Update: {
                    "agent_id"?: string,"agent_name"?: string,"args_hash"?: string,"begun_at"?: string | null,"bytes_in"?: number,"bytes_out"?: number,"created_at"?: string,"deadline_at"?: string | null,"decided_at"?: string | null,"decided_by"?: string | null,"ended_at"?: string | null,"id"?: string,"ms"?: number | null,"outcome"?: string | null,"owner_id"?: string,"reached"?: Json | null,"reason"?: string | null,"reserved"?: NonNullable<Json>,"run_id"?: string,"seq"?: number,"summary"?: Json | null,"target"?: string,"tool"?: string,"verdict"?: string
                  }
                  Relationships: [
                    
                  ]
                },"webhook_deliveries": {
                  Row: {
                    "agent_id": string,"attempt": number,"created_at": string,"delivered_at": string | null,"due_since": string,"duration_ms": number | null,"gave_up_at": string | null,"id": string,"last_error": string | null,"last_status": number | null,"next_at": string,"owner_id": string,"response": string | null,"run_id": string,"run_status": string,"sending": boolean,"tries": number,"webhook_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"attempt"?: number,"created_at"?: string,"delivered_at"?: string | null,"due_since"?: string,"duration_ms"?: number | null,"gave_up_at"?: string | null,"id"?: string,"last_error"?: string | null,"last_status"?: number | null,"next_at"?: string,"owner_id": string,"response"?: string | null,"run_id": string,"run_status": string,"sending"?: boolean,"tries"?: number,"webhook_id": string
                  }
                  Update: {
                    "agent_id"?: string,"attempt"?: number,"created_at"?: string,"delivered_at"?: string | null,"due_since"?: string,"duration_ms"?: number | null,"gave_up_at"?: string | null,"id"?: string,"last_error"?: string | null,"last_status"?: number | null,"next_at"?: string,"owner_id"?: string,"response"?: string | null,"run_id"?: string,"run_status"?: string,"sending"?: boolean,"tries"?: number,"webhook_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "webhook_deliveries_webhook_id_fkey"
      columns: ["webhook_id"]
isOneToOne: false
      referencedRelation: "webhooks"
      referencedColumns: ["id"]
    }
                  ]
                },"webhooks": {
                  Row: {
                    "agent_id": string,"created_at": string,"disabled_reason": string | null,"enabled": boolean,"failing_since": string | null,"id": string,"key_id": string | null,"owner_id": string,"secret_version": number,"statuses": (string)[],"updated_at": string,"url": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"created_at"?: string,"disabled_reason"?: string | null,"enabled"?: boolean,"failing_since"?: string | null,"id": string,"key_id"?: string | null,"owner_id": string,"secret_version"?: number,"statuses": (string)[],"updated_at"?: string,"url": string
                  }
                  Update: {
                    "agent_id"?: string,"created_at"?: string,"disabled_reason"?: string | null,"enabled"?: boolean,"failing_since"?: string | null,"id"?: string,"key_id"?: string | null,"owner_id"?: string,"secret_version"?: number,"statuses"?: (string)[],"updated_at"?: string,"url"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "webhooks_agent_id_fkey"
      columns: ["agent_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id"]
    }
                  ]
                }
          }
          Views: {
            [_ in never]: never
          }
          Functions: {
            "accept_hook":
{ Args: { "hook_id": string,"input": string,"marks": (string)[],"request_id": string,"version": number }; Returns: Json
                           },
"acknowledge_alert":
{ Args: { "alert_id": string,"note"?: string }; Returns: {
              "acknowledged_at": string | null,
"acknowledged_by": string | null,
"at": string,
"count": number,
"created_at": string,
"delivery": string | null,
"first_at": string,
"id": string,
"note": string | null,
"rule": string,
"subject": string,
"threshold": number,
"type": string,
"window_s": number
            }
                          SetofOptions: {
        from: "*"
        to: "alerts"
        isOneToOne: true
        isSetofReturn: true
      } },
"announce_object":
{ Args: { "bytes": number,"caller"?: string,"key_id"?: string,"run_id"?: string }; Returns: string
                           },
"append_run_events":
{ Args: { "attempt"?: number,"events": string,"run_id": string }; Returns: boolean
                           },
"approve_version":
{ Args: { "agent_name": string,"policy_hash"?: string,"version": number }; Returns: {
              "agent_id": string,
"approval": string,
"approved_at": string | null,
"approved_by": string | null,
"created_at": string,
"findings": NonNullable<Json>,
"id": string,
"input_schema": Json | null,
"language": string,
"owner_id": string,
"policy": NonNullable<Json>,
"policy_hash": string,
"program": string | null,
"published_at": string | null,
"seal": string | null,
"source": string,
"source_hash": string,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "agent_versions"
        isOneToOne: true
        isSetofReturn: true
      } },
"asked_grants":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"audit_note":
{ Args: { "action": string,"details"?: Json,"resource_id"?: string,"resource_type": string }; Returns: undefined
                           },
"authenticate_key":
{ Args: { "public_id": string,"secret_hash": string }; Returns: Json
                           },
"authenticate_runner":
{ Args: { "public_id": string,"secret_hash": string }; Returns: string
                           },
"begin_queued_run":
{ Args: { "claim": string,"engine": string,"layers": (string)[],"limits": string,"run_id": string,"wall_ms": number }; Returns: {
              "agent_id": string,
"agent_name": string,
"attempt": number,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string | null,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"key_id": string | null,
"layers": (string)[] | null,
"limits": Json | null,
"output": Json | null,
"owner_id": string,
"policy_hash": string | null,
"queued_at": string | null,
"recording": boolean,
"request_id": string | null,
"started_at": string | null,
"status": string,
"traceparent": string | null,
"trigger": string,
"trigger_id": string | null,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"begin_tool_call":
{ Args: { "approval_seconds"?: number,"args_hash": string,"attempt"?: number,"budgets": string,"call_id": string,"denied"?: string,"run_id": string,"summary": string,"target": string,"tool": string }; Returns: Json
                           },
"cancel_run":
{ Args: { "run_id": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"attempt": number,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string | null,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"key_id": string | null,
"layers": (string)[] | null,
"limits": Json | null,
"output": Json | null,
"owner_id": string,
"policy_hash": string | null,
"queued_at": string | null,
"recording": boolean,
"request_id": string | null,
"started_at": string | null,
"status": string,
"traceparent": string | null,
"trigger": string,
"trigger_id": string | null,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"change_hook":
{ Args: { "agent_name": string,"description"?: string,"enabled"?: boolean,"hook_id": string,"version"?: number }; Returns: {
              "agent_id": string,
"created_at": string,
"description": string,
"enabled": boolean,
"id": string,
"key_id": string | null,
"kind": string,
"last_used_at": string | null,
"owner_id": string,
"secret_version": number,
"updated_at": string,
"version": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "hooks"
        isOneToOne: true
        isSetofReturn: true
      } },
"change_webhook":
{ Args: { "agent_name": string,"enabled"?: boolean,"statuses"?: (string)[],"url"?: string,"webhook_id": string }; Returns: {
              "agent_id": string,
"created_at": string,
"disabled_reason": string | null,
"enabled": boolean,
"failing_since": string | null,
"id": string,
"key_id": string | null,
"owner_id": string,
"secret_version": number,
"statuses": (string)[],
"updated_at": string,
"url": string
            }
                          SetofOptions: {
        from: "*"
        to: "webhooks"
        isOneToOne: true
        isSetofReturn: true
      } },
"claim_alert_deliveries":
{ Args: { "lease_s": number,"max": number }; Returns: {
              "attempt": number,"id": string,"payload": Json
            }[]
                           },
"claim_garbage":
{ Args: { "how_many": number }; Returns: string[]
                           },
"claim_queued_run":
{ Args: { "lease_seconds"?: number,"only_owner"?: string,"worker": string }; Returns: Json
                           },
"claim_webhook_deliveries":
{ Args: { "lease_s": number,"max": number,"only_owner"?: string }; Returns: {
              "agent_id": string,"attempt": number,"id": string,"owner_id": string,"payload": string,"secrets": Json,"url": string,"webhook_id": string
            }[]
                           },
"collect_evidence":
{ Args: { "kind": string,"since": string,"target"?: string,"until": string }; Returns: Json
                           },
"collect_metrics":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"context_key":
{ Args: Record<PropertyKey, never>; Returns: string
                           },
"create_agent":
{ Args: { "description": string,"findings"?: string,"input_schema"?: string,"language": string,"name": string,"policy"?: string,"program"?: string,"seal"?: string,"source": string }; Returns: {
              "created_at": string,
"current_version": number,
"description": string,
"id": string,
"name": string,
"owner_id": string,
"state": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agents"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_hook":
{ Args: { "agent_name": string,"description"?: string,"hook_id": string,"kid": string,"kind": string,"sealed": string,"secret_id": string,"version"?: number }; Returns: {
              "agent_id": string,
"created_at": string,
"description": string,
"enabled": boolean,
"id": string,
"key_id": string | null,
"kind": string,
"last_used_at": string | null,
"owner_id": string,
"secret_version": number,
"updated_at": string,
"version": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "hooks"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_key":
{ Args: { "agent_name"?: string,"expires_at"?: string,"name": string,"public_id": string,"scopes": (string)[],"secret_hash": string }; Returns: {
              "agent_id": string | null,
"created_at": string,
"expires_at": string | null,
"id": string,
"last_used_at": string | null,
"name": string,
"owner_id": string,
"public_id": string,
"replaces": string | null,
"revoked_at": string | null,
"scopes": (string)[]
            }
                          SetofOptions: {
        from: "*"
        to: "api_keys"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_runner":
{ Args: { "name": string,"public_id": string,"secret_hash": string }; Returns: {
              "created_at": string,
"created_by": string | null,
"id": string,
"last_seen_at": string | null,
"name": string,
"public_id": string,
"revoked_at": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "runners"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_schedule":
{ Args: { "agent_name": string,"cron": string,"enabled"?: boolean,"input"?: string,"jitter_seconds"?: number,"missed"?: string,"name": string,"time_zone"?: string,"version"?: number }; Returns: {
              "agent_id": string,
"created_at": string,
"cron": string,
"enabled": boolean,
"id": string,
"input": NonNullable<Json>,
"jitter_seconds": number,
"key_id": string | null,
"last_at": string | null,
"last_planned_at": string | null,
"last_problem": string | null,
"last_run_id": string | null,
"missed": string,
"name": string,
"next_at": string | null,
"owner_id": string,
"planned_at": string | null,
"time_zone": string,
"updated_at": string,
"version": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "schedules"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_secret":
{ Args: { "agent_id"?: string,"expires_at"?: string,"hosts": (string)[],"kid": string,"name": string,"sealed": string,"secret_id": string }; Returns: {
              "agent_id": string | null,
"created_at": string,
"expires_at": string | null,
"hosts": (string)[],
"id": string,
"last_used_at": string | null,
"name": string,
"owner_id": string,
"updated_at": string,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "secrets"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_version":
{ Args: { "agent_name": string,"findings"?: string,"input_schema"?: string,"language": string,"policy"?: string,"program"?: string,"publish"?: boolean,"seal"?: string,"source": string }; Returns: {
              "agent_id": string,
"approval": string,
"approved_at": string | null,
"approved_by": string | null,
"created_at": string,
"findings": NonNullable<Json>,
"id": string,
"input_schema": Json | null,
"language": string,
"owner_id": string,
"policy": NonNullable<Json>,
"policy_hash": string,
"program": string | null,
"published_at": string | null,
"seal": string | null,
"source": string,
"source_hash": string,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "agent_versions"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_webhook":
{ Args: { "agent_name": string,"kid": string,"sealed": string,"secret_id": string,"statuses": (string)[],"url": string,"webhook_id": string }; Returns: {
              "agent_id": string,
"created_at": string,
"disabled_reason": string | null,
"enabled": boolean,
"failing_since": string | null,
"id": string,
"key_id": string | null,
"owner_id": string,
"secret_version": number,
"statuses": (string)[],
"updated_at": string,
"url": string
            }
                          SetofOptions: {
        from: "*"
        to: "webhooks"
        isOneToOne: true
        isSetofReturn: true
      } },
"decide_tool_call":
{ Args: { "approve": boolean,"call_id": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"args_hash": string,
"begun_at": string | null,
"bytes_in": number,
"bytes_out": number,
"created_at": string,
"deadline_at": string | null,
"decided_at": string | null,
"decided_by": string | null,
"ended_at": string | null,
"id": string,
"ms": number | null,
"outcome": string | null,
"owner_id": string,
"reached": Json | null,
"reason": string | null,
"reserved": NonNullable<Json>,
"run_id": string,
"seq": number,
"summary": Json | null,
"target": string,
"tool": string,
"verdict": string
            }
                          SetofOptions: {
        from: "*"
        to: "tool_calls"
        isOneToOne: true
        isSetofReturn: true
      } },
"delete_agent":
{ Args: { "name": string }; Returns: undefined
                           },
"delete_hook":
{ Args: { "agent_name": string,"hook_id": string }; Returns: undefined
                           },
"delete_schedule":
{ Args: { "agent_name": string,"schedule_name": string }; Returns: undefined
                           },
"delete_secret":
{ Args: { "secret_id": string }; Returns: undefined
                           },
"delete_webhook":
{ Args: { "agent_name": string,"webhook_id": string }; Returns: undefined
                           },
"detect_anomalies":
{ Args: Record<PropertyKey, never>; Returns: number
                           },
"draft_hook":
{ Args: { "agent_name": string,"hook_id"?: string }; Returns: Json
                           },
"draft_secret":
{ Args: { "agent_name"?: string }; Returns: Json
                           },
"draft_webhook":
{ Args: { "agent_name": string,"webhook_id"?: string }; Returns: Json
                           },
"end_tool_call":
{ Args: { "bytes_in": number,"bytes_out": number,"call_id": string,"ms": number,"outcome": string,"reached"?: string,"run_id": string,"spent": string }; Returns: undefined
                           },
"enqueue_run":
{ Args: { "agent_name": string,"caller": string,"idempotency_key"?: string,"input": string,"key_id"?: string,"program_id"?: string,"recording"?: boolean,"request_hash"?: string,"request_id": string,"run_id": string,"traceparent"?: string,"trigger"?: string,"trigger_id"?: string,"version": number }; Returns: {
              "agent_id": string,
"agent_name": string,
"attempt": number,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string | null,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"key_id": string | null,
"layers": (string)[] | null,
"limits": Json | null,
"output": Json | null,
"owner_id": string,
"policy_hash": string | null,
"queued_at": string | null,
"recording": boolean,
"request_id": string | null,
"started_at": string | null,
"status": string,
"traceparent": string | null,
"trigger": string,
"trigger_id": string | null,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"erase_user":
{ Args: { "max_runs"?: number,"user_id": string }; Returns: Json
                           },
"export_personal_data":
{ Args: { "after"?: Json,"max"?: number,"section"?: string }; Returns: {
              "place": Json,"said": string
            }[]
                           },
"find_block":
{ Args: { "address": string }; Returns: Json
                           },
"find_hook":
{ Args: { "hook_id": string }; Returns: Json
                           },
"find_identity_user":
{ Args: { "issuer_provider"?: string,"value": string }; Returns: string
                           },
"find_program":
{ Args: { "agent_name": string,"version"?: number }; Returns: {
              "agent_id": string,
"approval": string,
"approved_at": string | null,
"approved_by": string | null,
"created_at": string,
"findings": NonNullable<Json>,
"id": string,
"input_schema": Json | null,
"language": string,
"owner_id": string,
"policy": NonNullable<Json>,
"policy_hash": string,
"program": string | null,
"published_at": string | null,
"seal": string | null,
"source": string,
"source_hash": string,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "agent_versions"
        isOneToOne: true
        isSetofReturn: true
      } },
"find_replay":
{ Args: { "caller": string,"idempotency_key": string,"key_id"?: string,"request_hash": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"attempt": number,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string | null,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"key_id": string | null,
"layers": (string)[] | null,
"limits": Json | null,
"output": Json | null,
"owner_id": string,
"policy_hash": string | null,
"queued_at": string | null,
"recording": boolean,
"request_id": string | null,
"started_at": string | null,
"status": string,
"traceparent": string | null,
"trigger": string,
"trigger_id": string | null,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"find_run":
{ Args: { "run_id": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"attempt": number,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string | null,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"key_id": string | null,
"layers": (string)[] | null,
"limits": Json | null,
"output": Json | null,
"owner_id": string,
"policy_hash": string | null,
"queued_at": string | null,
"recording": boolean,
"request_id": string | null,
"started_at": string | null,
"status": string,
"traceparent": string | null,
"trigger": string,
"trigger_id": string | null,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"find_source":
{ Args: { "version_id": string }; Returns: string
                           },
"find_tool_run":
{ Args: { "attempt"?: number,"run_id": string }; Returns: Json
                           },
"find_user":
{ Args: { "user_id": string }; Returns: {
              "assigned": boolean,"created_at": string,"email": string,"id": string,"quarantined_at": string,"role": string
            }[]
                           },
"forget_objects":
{ Args: { "ids": (string)[] }; Returns: undefined
                           },
"hold":
{ Args: { "kind": string,"reason": string,"target": string }; Returns: {
              "agent_id": string | null,
"created_at": string,
"created_by": string,
"id": string,
"kind": string,
"note": string | null,
"reason": string,
"released_at": string | null,
"released_by": string | null,
"since": string,
"target": string,
"until": string,
"user_id": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "legal_holds"
        isOneToOne: true
        isSetofReturn: true
      } },
"keep_evidence":
{ Args: { "created_by": string,"evidence_id": string,"kind": string,"manifest": string,"reason": string,"sections": string,"signature": string,"since": string,"target"?: string,"until": string }; Returns: {
              "created_at": string,
"created_by": string,
"id": string,
"kind": string,
"manifest": string,
"reason": string,
"sections": string,
"signature": string,
"since": string,
"target": string | null,
"until": string
            }
                          SetofOptions: {
        from: "*"
        to: "evidence"
        isOneToOne: true
        isSetofReturn: true
      } },
"lift_block":
{ Args: { "address": string }; Returns: boolean
                           },
"list_blocks":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"list_dead_letters":
{ Args: { "before"?: string,"max"?: number }; Returns: {
              "agent_id": string,"agent_name": string,"attempts": number,"died_at": string,"owner_id": string,"reason": string,"replay_run_id": string,"replayed_at": string,"replayed_by": string,"run_id": string
            }[]
                           },
"list_run_files":
{ Args: { "after"?: string,"how_many"?: number,"prefix"?: string,"run_id": string }; Returns: Json
                           },
"list_stale_secrets":
{ Args: { "after"?: string,"kid": string,"max"?: number,"unopened"?: boolean }; Returns: Json
                           },
"list_users":
{ Args: { "after"?: string,"max"?: number,"role_filter"?: string }; Returns: {
              "assigned": boolean,"created_at": string,"email": string,"id": string,"quarantined_at": string,"role": string
            }[]
                           },
"mark_unopened":
{ Args: { "kid": string,"secret_id": string,"version": number }; Returns: undefined
                           },
"my_access":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"my_permissions":
{ Args: Record<PropertyKey, never>; Returns: string[]
                           },
"my_usage":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"next_checkpoint":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"ping":
{ Args: Record<PropertyKey, never>; Returns: boolean
                           },
"preview_schedule":
{ Args: { "cron": string,"how_many"?: number,"time_zone"?: string }; Returns: string[]
                           },
"publish_version":
{ Args: { "agent_name": string,"version": number }; Returns: {
              "created_at": string,
"current_version": number,
"description": string,
"id": string,
"name": string,
"owner_id": string,
"state": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agents"
        isOneToOne: true
        isSetofReturn: true
      } },
"put_file":
{ Args: { "agent_name": string,"bytes"?: number,"caller": string,"content"?: string,"expected"?: string,"key_id"?: string,"object_id"?: string,"path": string,"sha256"?: string,"type": string }; Returns: Json
                           },
"quarantine":
{ Args: { "kind": string,"reason"?: string,"target"?: string }; Returns: {
              "created_at": string,
"created_by": string | null,
"id": string,
"kind": string,
"note": string | null,
"previous_state": string | null,
"reason": string,
"released_at": string | null,
"released_by": string | null,
"target": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "quarantines"
        isOneToOne: true
        isSetofReturn: true
      } },
"queue_overview":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"read_file":
{ Args: { "agent_name": string,"path": string }; Returns: Json[]
                           },
"read_metrics":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"read_run_files":
{ Args: { "paths": (string)[],"run_id": string }; Returns: Json
                           },
"reap_runs":
{ Args: Record<PropertyKey, never>; Returns: number
                           },
"record_metrics":
{ Args: { "batch": string }; Returns: boolean
                           },
"record_security_events":
{ Args: { "events": string }; Returns: Json
                           },
"redeliver":
{ Args: { "agent_name": string,"delivery_id": string,"webhook_id": string }; Returns: {
              "agent_id": string,
"attempt": number,
"created_at": string,
"delivered_at": string | null,
"due_since": string,
"duration_ms": number | null,
"gave_up_at": string | null,
"id": string,
"last_error": string | null,
"last_status": number | null,
"next_at": string,
"owner_id": string,
"response": string | null,
"run_id": string,
"run_status": string,
"sending": boolean,
"tries": number,
"webhook_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "webhook_deliveries"
        isOneToOne: true
        isSetofReturn: true
      } },
"release_hold":
{ Args: { "hold_id": string,"note"?: string }; Returns: {
              "agent_id": string | null,
"created_at": string,
"created_by": string,
"id": string,
"kind": string,
"note": string | null,
"reason": string,
"released_at": string | null,
"released_by": string | null,
"since": string,
"target": string,
"until": string,
"user_id": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "legal_holds"
        isOneToOne: true
        isSetofReturn: true
      } },
"release_quarantine":
{ Args: { "note"?: string,"quarantine_id": string }; Returns: {
              "created_at": string,
"created_by": string | null,
"id": string,
"kind": string,
"note": string | null,
"previous_state": string | null,
"reason": string,
"released_at": string | null,
"released_by": string | null,
"target": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "quarantines"
        isOneToOne: true
        isSetofReturn: true
      } },
"release_queued_run":
{ Args: { "claim": string,"delay_ms": number,"reason": string,"run_id": string }; Returns: undefined
                           },
"remove_file":
{ Args: { "agent_name": string,"path": string }; Returns: undefined
                           },
"remove_run_file":
{ Args: { "path": string,"run_id": string }; Returns: undefined
                           },
"replace_secret":
{ Args: { "expires_at"?: string,"hosts": (string)[],"kid": string,"sealed": string,"secret_id": string,"version": number }; Returns: {
              "agent_id": string | null,
"created_at": string,
"expires_at": string | null,
"hosts": (string)[],
"id": string,
"last_used_at": string | null,
"name": string,
"owner_id": string,
"updated_at": string,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "secrets"
        isOneToOne: true
        isSetofReturn: true
      } },
"replay_dead_letter":
{ Args: { "run_id": string }; Returns: string
                           },
"require_permission":
{ Args: { "permission": string }; Returns: undefined
                           },
"reseal_secret":
{ Args: { "kid": string,"old_kid": string,"sealed": string,"secret_id": string,"version": number }; Returns: boolean
                           },
"reveal_secret":
{ Args: { "agent_id"?: string,"name"?: string,"user_id": string }; Returns: Json
                           },
"revoke_key":
{ Args: { "key_id": string }; Returns: {
              "agent_id": string | null,
"created_at": string,
"expires_at": string | null,
"id": string,
"last_used_at": string | null,
"name": string,
"owner_id": string,
"public_id": string,
"replaces": string | null,
"revoked_at": string | null,
"scopes": (string)[]
            }
                          SetofOptions: {
        from: "*"
        to: "api_keys"
        isOneToOne: true
        isSetofReturn: true
      } },
"revoke_runner":
{ Args: { "runner_id": string }; Returns: {
              "created_at": string,
"created_by": string | null,
"id": string,
"last_seen_at": string | null,
"name": string,
"public_id": string,
"revoked_at": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "runners"
        isOneToOne: true
        isSetofReturn: true
      } },
"rotate_hook":
{ Args: { "agent_name": string,"hook_id": string,"kid": string,"overlap_s"?: number,"sealed": string,"secret_id": string,"version": number }; Returns: {
              "agent_id": string,
"created_at": string,
"description": string,
"enabled": boolean,
"id": string,
"key_id": string | null,
"kind": string,
"last_used_at": string | null,
"owner_id": string,
"secret_version": number,
"updated_at": string,
"version": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "hooks"
        isOneToOne: true
        isSetofReturn: true
      } },
"rotate_key":
{ Args: { "key_id": string,"overlap_s"?: number,"public_id": string,"secret_hash": string }; Returns: {
              "agent_id": string | null,
"created_at": string,
"expires_at": string | null,
"id": string,
"last_used_at": string | null,
"name": string,
"owner_id": string,
"public_id": string,
"replaces": string | null,
"revoked_at": string | null,
"scopes": (string)[]
            }
                          SetofOptions: {
        from: "*"
        to: "api_keys"
        isOneToOne: true
        isSetofReturn: true
      } },
"rotate_webhook":
{ Args: { "agent_name": string,"kid": string,"overlap_s"?: number,"sealed": string,"secret_id": string,"version": number,"webhook_id": string }; Returns: {
              "agent_id": string,
"created_at": string,
"disabled_reason": string | null,
"enabled": boolean,
"failing_since": string | null,
"id": string,
"key_id": string | null,
"owner_id": string,
"secret_version": number,
"statuses": (string)[],
"updated_at": string,
"url": string
            }
                          SetofOptions: {
        from: "*"
        to: "webhooks"
        isOneToOne: true
        isSetofReturn: true
      } },
"run_retention":
{ Args: { "dry_run"?: boolean,"kind"?: string }; Returns: Json
                           },
"runner_append_events":
{ Args: { "claim": string,"events": string,"run_id": string,"runner_id": string }; Returns: boolean
                           },
"runner_begin_run":
{ Args: { "claim": string,"engine": string,"layers": (string)[],"limits": string,"run_id": string,"runner_id": string,"wall_ms": number }; Returns: Json
                           },
"runner_claim_run":
{ Args: { "lease_seconds"?: number,"runner_id": string }; Returns: Json
                           },
"runner_release_run":
{ Args: { "claim": string,"delay_ms": number,"reason": string,"run_id": string,"runner_id": string }; Returns: undefined
                           },
"runner_settle_run":
{ Args: { "claim": string,"ending": string,"events"?: string,"run_id": string,"runner_id": string }; Returns: Json
                           },
"set_agent_archived":
{ Args: { "archived": boolean,"name": string }; Returns: {
              "created_at": string,
"current_version": number,
"description": string,
"id": string,
"name": string,
"owner_id": string,
"state": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agents"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_alert_rule":
{ Args: { "enabled"?: boolean,"name": string,"per"?: string,"threshold"?: number,"type"?: string,"window_s"?: number }; Returns: {
              "enabled": boolean,
"name": string,
"per": string,
"threshold": number,
"type": string,
"window_s": number
            }
                          SetofOptions: {
        from: "*"
        to: "alert_rules"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_retention":
{ Args: { "keep_days"?: number,"kind": string }; Returns: {
              "keep_days": number | null,
"kind": string,
"max_days": number,
"min_days": number,
"updated_at": string | null,
"updated_by": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "retention"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_role":
{ Args: { "new_role"?: string,"user_id": string }; Returns: {
              "assigned": boolean,"created_at": string,"email": string,"id": string,"quarantined_at": string,"role": string
            }[]
                           },
"set_tool_ceiling":
{ Args: { "policy": string }; Returns: Json
                           },
"settle_alert_delivery":
{ Args: { "delivered": boolean,"error"?: string,"id": string,"status": number }; Returns: undefined
                           },
"settle_run":
{ Args: { "attempt"?: number,"ending": string,"events"?: string,"run_id": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"attempt": number,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string | null,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"key_id": string | null,
"layers": (string)[] | null,
"limits": Json | null,
"output": Json | null,
"owner_id": string,
"policy_hash": string | null,
"queued_at": string | null,
"recording": boolean,
"request_id": string | null,
"started_at": string | null,
"status": string,
"traceparent": string | null,
"trigger": string,
"trigger_id": string | null,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"settle_webhook_delivery":
{ Args: { "attempt": number,"delivered": boolean,"duration_ms"?: number,"error"?: string,"final"?: boolean,"id": string,"response"?: string,"status"?: number }; Returns: string
                           },
"sign_checkpoint":
{ Args: { "hash": string,"kid": string,"seq": number,"signature": string }; Returns: boolean
                           },
"start_run":
{ Args: { "agent_name": string,"caller": string,"engine": string,"idempotency_key"?: string,"input": string,"key_id"?: string,"layers": (string)[],"limits": string,"program_id"?: string,"recording"?: boolean,"request_hash"?: string,"request_id": string,"run_id": string,"version": number,"wall_ms": number }; Returns: {
              "agent_id": string,
"agent_name": string,
"attempt": number,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string | null,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"key_id": string | null,
"layers": (string)[] | null,
"limits": Json | null,
"output": Json | null,
"owner_id": string,
"policy_hash": string | null,
"queued_at": string | null,
"recording": boolean,
"request_id": string | null,
"started_at": string | null,
"status": string,
"traceparent": string | null,
"trigger": string,
"trigger_id": string | null,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"strike_address":
{ Args: { "address": string,"durations": (number)[],"rule": string,"threshold": number,"window_s": number }; Returns: Json
                           },
"take_tokens":
{ Args: { "charges": string }; Returns: Json
                           },
"tool_ceiling":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"update_agent":
{ Args: { "description"?: string,"name": string,"new_name"?: string }; Returns: {
              "created_at": string,
"current_version": number,
"description": string,
"id": string,
"name": string,
"owner_id": string,
"state": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agents"
        isOneToOne: true
        isSetofReturn: true
      } },
"update_schedule":
{ Args: { "agent_name": string,"cron"?: string,"enabled"?: boolean,"input"?: string,"jitter_seconds"?: number,"missed"?: string,"schedule_name": string,"time_zone"?: string,"version"?: number }; Returns: {
              "agent_id": string,
"created_at": string,
"cron": string,
"enabled": boolean,
"id": string,
"input": NonNullable<Json>,
"jitter_seconds": number,
"key_id": string | null,
"last_at": string | null,
"last_planned_at": string | null,
"last_problem": string | null,
"last_run_id": string | null,
"missed": string,
"name": string,
"next_at": string | null,
"owner_id": string,
"planned_at": string | null,
"time_zone": string,
"updated_at": string,
"version": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "schedules"
        isOneToOne: true
        isSetofReturn: true
      } },
"usage_by_day":
{ Args: { "agent_id"?: string,"days"?: number,"time_zone"?: string }; Returns: Json
                           },
"verify_audit_chain":
{ Args: { "expected_hash"?: string,"expected_seq"?: number,"since_seq"?: number,"until_seq"?: number }; Returns: Json
                           },
"write_run_files":
{ Args: { "files": Json,"max_bytes": number,"max_files": number,"removed"?: (string)[],"run_id": string }; Returns: Json
                           }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            
          }
        }
} as const
